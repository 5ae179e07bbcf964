/** Opens something, uses it, and closes it, however that ends. */
export async function whileOpen<T extends { close(): Promise<void> }, R>(
  open: () => Promise<T>,
  use: (opened: T) => Promise<R>,
): Promise<R> {
  const opened = await open()
  try {
    return await use(opened)
  } finally {
    await opened.close()
  }
}
