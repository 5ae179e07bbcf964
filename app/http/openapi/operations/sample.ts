/**
 * What the examples are about: a keystore and its keys. All of it was answered by one run of the service, so that the
 * examples fit together; a test sends each of them again.
 */
export const serverDid =
  'did:key:z6MkufUriA7QTThj8bsE3Uyo2PqXaWBv862jrNumPRsJUnqY#z6MkufUriA7QTThj8bsE3Uyo2PqXaWBv862jrNumPRsJUnqY'
export const controller =
  'did:key:z6MknCQJN1yJ9RhK4KwLrDzsZt6nkqSivqgNLGYAu29nkq74#z6MknCQJN1yJ9RhK4KwLrDzsZt6nkqSivqgNLGYAu29nkq74'
export const keystoreId = 'zRWrsDyqyNqr6_5QX-Z6YLH_'
export const keystoreUrl = `https://kms.example/v1/keystores/${keystoreId}`
export const vaultedKeystoreId = '8QSnaC7UbQ7fdcc69j447jW7'

export const signatureKeyId = 'nj6KOwFXfc-ti3-lhJU1tzu5KzRIh8aAOFOnf82eokg'
export const encryptionKeyId = '6J7azsLwDcONialoUxx9AMmY1yjKVbe6BBm6RPk-1vFVwjoiOA'
export const macKeyId = 'C5wmFVFd5YnvA_lBlaS6yxVbP0CGY6U7JZNF5JGLIoY39RAMpg'
export const agreementKeyId = '2CwKLMUMwuDnZi9px2cbLgUcoVxE4rfdVpT8PbrF-fE'
export const multiKeyId = 'TnBGf1m9uzn8eGOludHwjzofpJBsKig_6YcOmINXisc'
export const rotatedKeyId = 'AR1xgFCRcP84GrmKz-x6dLIpZQ-4uHdwtvpPc_t1Y2w'

export const inKeystore = { keystoreId }
export const inVaultedKeystore = { keystoreId: vaultedKeystoreId }
export const withSignatureKey = { keystoreId, keyId: signatureKeyId }
export const withEncryptionKey = { keystoreId, keyId: encryptionKeyId }
export const withMacKey = { keystoreId, keyId: macKeyId }
export const withAgreementKey = { keystoreId, keyId: agreementKeyId }
export const withMultiKey = { keystoreId, keyId: multiKeyId }

export const keyUrl = (id: string) => `${keystoreUrl}/keys/${id}`

/** The root capability of the keystore, and that of the one whose keys live in a vault: gzip, base64. */
export const rootCapability =
  'H4sIAAAAAAAAA6VSXXPiOgz9L9rXAEkKFPK0fJZASfkskJ2djklEMHGcYDshodP/fieldO/ct5375CNLR9KR9A4/vZgrzBVYcFQqkVatdnmgfjUWQU2ilwqqilpmggbU/1dMGMkq5iRKGNYyoxZiIVUsUNaui42Q/eJcOGfRfGvMtxW3uXsevZUJeBaHKMACn/pWiIV1bU5D3puPHaMYtxfHSX1yeRb9q3RVk4fnJc3OgfP8tOukZpuH58f6j78lgAaEsfiCfsdTNOZg/QJPIFE4wQI0wDyJhbphGv3BIlbfMZIGHDTIUNBDaXtxlKQKp53e9+8NI/dEkSjQwMc7QiKLr+clwTKPRMLukAZ8mjJF/yT6snwUNMOZiOPDt+9uXQRJQIOUf4E9o9z/7EsI9BRHKe+hZYENVcclegKVLFmJTxQO+q89kpA9ZVQV8Pu2Go+UE1oREaAC6x3s/v/c96pIECxIBbfCSFp3Dnxo4JEMiZJg8ZQxDZLPfq1f76BunIFvNhpGe0kDTlQq0NSNVinxc3XlHZq62azoRsVorPS29aBbul7Vdd29T4ve1ExRHWP/PxeXbTut9b4+5N2H1io7TlbJYnOoNze56FGjxenrdl7P3Sju97uNH39LgC81s1QksSy1eN+T7iPD4LMv0IDH3Cvd5274Ogno2CDdkXDb4T7fRTt77Dxm9kVGT/Ow9aiWXBd1eXafQjUc7Yy5uyPpSFe07vQztSdkdhhFir7GlyFrviTilHdAg9NFggVYjI/7J4++0PHQHSxW86Ut7cg2nZ7ddKOh9My1tCOnINs5fWGS7k473WZGu1o9Tk/BejXnARuasr3mnYFpDxbGsCHXPba38+tgM6nnw2x2mbF2Z3V1nOOsItN0tJqcuh5jB8fcnmZv22nSc3vPJ6/QJ5VOAB+/P/4BW+3+N3YEAAA='
export const vaultedRootCapability =
  'H4sIAAAAAAAAA6VS23LaQAz9F/XVAduYi/1UgqE1hKsJIXQ6GbMWsNjeNbtrG5PJv3ccQtrpW6dPe7TSkXQkvcJXwpnCswIHDkql0qnXiwYNa1zs6xJJJqgq67kJGtDwj5gokTU8B0kaYz036hGWUnGBst6Z+yzotR+38/YuJKRlHy2rfXxqVwlYziMU4EBIQyfC0rm0xhHrzYcToxzai8PIGhUPwr3IjWqx6OTT/LSfPHx77mamzaJT2/ryrwTQIIhjXmDYJYpyBs4PIAIDhSMsQQM8p1yoK6bJbyy4+oyRdM9AgxwF3VU24UmaKRx3e5+/V4yMiDJVoEGIN4SBLD+eaYpVHolBfIN0z8ZZrOjvRB9WiILmOBOc7z59N6sQQQoaZOwDbGPKwve+hECiGEp5C60KPFF18JEIVLJipWGgsO+uekEabGlMVQk/r6shQTWhZSD2qMB5Bc/9z30vyxTBgUwwJ0qkc+PAmwYkyDFQEhyWxbEG6Xu/zo9XUFdOPzSbTcP26Z4FKhNo6kankvi+uuoOTd1s3enGndFc6rbT0B1dr+m6vrlNi17VjFEdePjXxeXrbudxaw3YfaOzzA+jZbp42lmtp7PoUaPD6Go9t86bhLvuffPLvxLgQ80sEymXlRbyOWkXY9y/9wUaMM5I5Z4E9gXNldX1jWnITBe7Vj7wxi96ok9zyXY7bhnc1Zurc5a2+WS5GqvZrNEqhnfFy0U/3TXWy5CRuDvv2zs1msXDS3I5F6DBsZDgAJbDw/YboVM6HGz6i+Xc96SXeOak57U2yUAS81F6yaQM1nM6jSV9Pj7rXmzYtZrbH+gNW2brx8X9jMf+vYqiwnvhL8+tst0npe3TYsO2x4fzKRwWlmzkGb0U23bUzvNRtz9f+KdJr5MJEged72oyanmbg1vA28+3Xzz+J5p2BAAA'

/** What lets this server use a vault: base64 of {"@context": …, "id": …, "invoker": serverDid}, and its successor. */
export const vaultCapability =
  'eyJAY29udGV4dCI6WyJodHRwczovL3czaWQub3JnL3pjYXAvdjEiXSwiaWQiOiJ1cm46dXVpZDowYjhmNWExZS02YTBiLTRhNWUtOWEzZi0yZjFiM2M0ZDVlNmYiLCJpbnZva2VyIjoiZGlkOmtleTp6Nk1rdWZVcmlBN1FUVGhqOGJzRTNVeW8yUHFYYVdCdjg2MmpyTnVtUFJzSlVucVkjejZNa3VmVXJpQTdRVFRoajhic0UzVXlvMlBxWGFXQnY4NjJqck51bVBSc0pVbnFZIn0='
export const nextVaultCapability =
  'eyJAY29udGV4dCI6WyJodHRwczovL3czaWQub3JnL3pjYXAvdjEiXSwiaWQiOiJ1cm46dXVpZDo0YzdkMmI5MC0xM2Y1LTRlNmEtOGIxYy05ZDBlMWYyYTNiNGMiLCJpbnZva2VyIjoiZGlkOmtleTp6Nk1rdWZVcmlBN1FUVGhqOGJzRTNVeW8yUHFYYVdCdjg2MmpyTnVtUFJzSlVucVkjejZNa3VmVXJpQTdRVFRoajhic0UzVXlvMlBxWGFXQnY4NjJqck51bVBSc0pVbnFZIn0='

export const publicKey = 'JrQiCngSAtySSq241mHnKp4DaegFC/+UjOyxQL7GKIY='
export const publicKeyUrl64 = 'JrQiCngSAtySSq241mHnKp4DaegFC_-UjOyxQL7GKIY'
export const agreementPublicKey = {
  kid: '2CwKLMUMwuDnZi9px2cbLgUcoVxE4rfdVpT8PbrF-fE',
  x: 'ZaK4eY6CvbXZxGrMASp7NlxKjdSjmwbSEWXGZQU4JFE=',
  curve: 'X25519',
  type: 'OKP',
}
export const agreementPublicKeyText =
  'eyJraWQiOiIyQ3dLTE1VTXd1RG5aaTlweDJjYkxnVWNvVnhFNHJmZFZwVDhQYnJGLWZFIiwieCI6IlphSzRlWTZDdmJYWnhHck1BU3A3Tmx4S2pkU2ptd2JTRVdYR1pRVTRKRkU9IiwiY3VydmUiOiJYMjU1MTkiLCJ0eXBlIjoiT0tQIn0='
export const multiPublicKey =
  'h7OaqvNujDYPf0NRlOqj4P+GEA8jyKYmXhyh+3+NzPSeEhInR+L1JOY5vTs1EkNnCJayuKk481PBepvY5Aqdb8bvVaf2viQfdFcfafhZKcfgS8Xkl3g6x49Vre5kO9cp'

/** "hello", and 32 bytes to be wrapped. */
export const message = 'aGVsbG8='
export const cek = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
