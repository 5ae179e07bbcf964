/** The action of each route that invokes a capability, by the method and the last segment of the path. */
const actions: Readonly<Record<string, string>> = {
  'POST keys': 'createKey',
  'PUT keys': 'importKey',
  'POST sessions': 'openSession',
  'POST edv': 'updateEDVCapability',
  'GET export': 'exportKey',
  'POST rotate': 'rotateKey',
  'POST batch': 'batch',
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

/** The actions after which the service is not as it was before. */
const changing = ['createKey', 'importKey', 'updateEDVCapability', 'rotateKey', 'openSession']

/** The action that a request must be allowed to do; undefined if its route invokes no capability. */
export function actionOf(method: string, url: string): string | undefined {
  const segments = new URL(url).pathname.split('/')
  // Many at once of what the segment before says, of one key: what they need to be allowed is the same.
  if (segments.at(-1) === 'batch' && segments.at(-4) === 'keys') segments.pop()
  const name = `${method} ${segments.at(-1)}`
  return Object.hasOwn(actions, name) ? actions[name] : undefined
}

/**
 * Whether a request may be sent again when nobody knows whether it has arrived: whatever it does the second time, it
 * leaves nothing behind. A second encryption has another nonce, and the first one is lost.
 */
export function isRepeatable(method: string, url: string): boolean {
  const action = actionOf(method, url)
  return method === 'GET' || (action !== undefined && !changing.includes(action))
}
