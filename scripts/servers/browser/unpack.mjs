// Unpacks the browser, its libraries and its font beside this file: `prepare.sh` copies it to where they are installed.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const directory = fileURLToPath(new URL('./unpacked', import.meta.url))
// The package looks at both: where to unpack to, and whether the libraries are wanted.
process.env.TMPDIR = directory
process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs20.x'
const { default: chromium } = await import('@sparticuz/chromium')
await chromium.executablePath()
const fonts = `<fontconfig><dir>${directory}/fonts/fonts</dir><cachedir>${directory}/font-cache</cachedir></fontconfig>`
await writeFile(`${directory}/fonts.conf`, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">${fonts}\n`)
