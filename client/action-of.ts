/** The action of each route, by the method and the last segment of the path. */
const actions: Readonly<Record<string, string>> = {
  'POST keys': 'createKey',
  'PUT keys': 'importKey',
  'POST edv': 'updateEDVCapability',
  'GET export': 'exportKey',
  'POST rotate': 'rotateKey',
  'POST sign': 'sign',
  'POST verify': 'verify',
  'POST encrypt': 'encrypt',
  'POST decrypt': 'decrypt',
  'POST computemac': 'computeMAC',
  'POST verifymac': 'verifyMAC',
  'POST wrap': 'wrap',
  'POST unwrap': 'unwrap',
  'POST signmulti': 'signMulti',
  'POST verifymulti': 'verifyMulti',
  'POST deriveproof': 'deriveProof',
  'POST verifyproof': 'verifyProof',
  'POST blind': 'blind',
  'GET correctnessproof': 'correctnessProof',
  'POST signwithsecrets': 'signWithSecrets',
}

/** The action that a request must be allowed to do; undefined if its route invokes no capability. */
export function actionOf(method: string, url: string): string | undefined {
  const segment = new URL(url).pathname.split('/').at(-1)
  return Object.hasOwn(actions, `${method} ${segment}`) ? actions[`${method} ${segment}`] : undefined
}
