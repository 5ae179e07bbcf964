/** "Ladies and Gentlemen of the class of '99: …", as both ChaCha20 documents have it. */
const sunscreen =
  '4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f' +
  '6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c6420' +
  '62652069742e'

/** Of the cases 3, 4, 15 and 16 of the GCM specification; 4 and 16 take its first 60 bytes. */
const gcmPlaintext =
  'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
  '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
const gcmKey = 'feffe9928665731c6d6a8f9467308308'
const gcmNonce = 'cafebabefacedbaddecaf888'
const gcmAssociatedData = 'feedfacedeadbeeffeedfacedeadbeefabaddad2'
const gcm128Ciphertext =
  '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
  '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985'
const gcm256Ciphertext =
  '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
  '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad'
const zeros = (bytes: number) => '00'.repeat(bytes)
const first60Bytes = (hex: string) => hex.slice(0, 120)

/** Hexadecimal. `ciphertext` is what the service calls so: with the tag at its end. */
export const aeadVectors = [
  {
    source: 'RFC 8439 section 2.8.2',
    keyType: 'ChaCha20Poly1305',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '070000004041424344454647',
    associatedData: '50515253c0c1c2c3c4c5c6c7',
    plaintext: sunscreen,
    ciphertext:
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e06' +
      '0b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d265' +
      '86cec64b61161ae10b594f09e26a7e902ecbd0600691',
  },
  {
    source: 'draft-irtf-cfrg-xchacha-03 section A.3.1',
    keyType: 'XChaCha20Poly1305',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '404142434445464748494a4b4c4d4e4f5051525354555657',
    associatedData: '50515253c0c1c2c3c4c5c6c7',
    plaintext: sunscreen,
    ciphertext:
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54' +
      'c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f6' +
      '15c68b13b52ec0875924c1c7987947deafd8780acf49',
  },
  // McGrew and Viega, The Galois/Counter Mode of Operation, appendix B: those with keys of 128 and 256 bits and nonces
  // of 96.
  {
    source: 'GCM specification, case 1',
    keyType: 'AES128GCM',
    key: zeros(16),
    nonce: zeros(12),
    associatedData: '',
    plaintext: '',
    ciphertext: '58e2fccefa7e3061367f1d57a4e7455a',
  },
  {
    source: 'GCM specification, case 2',
    keyType: 'AES128GCM',
    key: zeros(16),
    nonce: zeros(12),
    associatedData: '',
    plaintext: zeros(16),
    ciphertext: '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf',
  },
  {
    source: 'GCM specification, case 3',
    keyType: 'AES128GCM',
    key: gcmKey,
    nonce: gcmNonce,
    associatedData: '',
    plaintext: gcmPlaintext,
    ciphertext: `${gcm128Ciphertext}4d5c2af327cd64a62cf35abd2ba6fab4`,
  },
  {
    source: 'GCM specification, case 4',
    keyType: 'AES128GCM',
    key: gcmKey,
    nonce: gcmNonce,
    associatedData: gcmAssociatedData,
    plaintext: first60Bytes(gcmPlaintext),
    ciphertext: `${first60Bytes(gcm128Ciphertext)}5bc94fbc3221a5db94fae95ae7121a47`,
  },
  {
    source: 'GCM specification, case 13',
    keyType: 'AES256GCM',
    key: zeros(32),
    nonce: zeros(12),
    associatedData: '',
    plaintext: '',
    ciphertext: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    source: 'GCM specification, case 14',
    keyType: 'AES256GCM',
    key: zeros(32),
    nonce: zeros(12),
    associatedData: '',
    plaintext: zeros(16),
    ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    source: 'GCM specification, case 15',
    keyType: 'AES256GCM',
    key: gcmKey + gcmKey,
    nonce: gcmNonce,
    associatedData: '',
    plaintext: gcmPlaintext,
    ciphertext: `${gcm256Ciphertext}b094dac5d93471bdec1a502270e3cc6c`,
  },
  {
    source: 'GCM specification, case 16',
    keyType: 'AES256GCM',
    key: gcmKey + gcmKey,
    nonce: gcmNonce,
    associatedData: gcmAssociatedData,
    plaintext: first60Bytes(gcmPlaintext),
    ciphertext: `${first60Bytes(gcm256Ciphertext)}76fc6ece0f4e1768cddf8853bb2d551b`,
  },
] as const
