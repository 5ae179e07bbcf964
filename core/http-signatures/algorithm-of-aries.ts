/** What Aries and TrustBloc clients name as the algorithm; the key decides which it is. */
export const algorithmOfAries = 'https://github.com/hyperledger/aries-framework-go/zcaps'
