// Command auth serves the unmodified REST operations of github.com/trustbloc/auth on loopback, in memory: the secret
// shares (/secret), and the GNAP authorization server (/gnap/...). In place of its OAuth2 server, an access token is the
// name of its subject; in place of a page for consent, everything is given at once, to the subject that the client's
// finish URI names.
//
//	auth -token TOKEN -shares FILE -log FILE -issue alice=alice.pem
//
// The file of shares is a JSON object from users to standard base64, or to null for a user whose wallet brings it. For
// every request one line is written to the log: `method path status`. -issue makes an EC key in the named file and gets a token for it through the real GNAP calls,
// which is printed as `gnap <user> <token>`.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha512" // registers the hashes that the GNAP code looks up
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/gorilla/mux"
	"github.com/hyperledger/aries-framework-go/component/storageutil/mem"
	"github.com/hyperledger/aries-framework-go/pkg/doc/jose/jwk"
	"github.com/ory/hydra-client-go/client/admin"
	"github.com/ory/hydra-client-go/models"
	"github.com/square/go-jose/v3"

	"github.com/trustbloc/auth/component/gnap/as"
	"github.com/trustbloc/auth/pkg/bootstrap/user"
	"github.com/trustbloc/auth/pkg/gnap/accesspolicy"
	"github.com/trustbloc/auth/pkg/gnap/api"
	"github.com/trustbloc/auth/pkg/restapi/common"
	"github.com/trustbloc/auth/pkg/restapi/common/oidc"
	restgnap "github.com/trustbloc/auth/pkg/restapi/gnap"
	"github.com/trustbloc/auth/pkg/restapi/operation"
	"github.com/trustbloc/auth/spi/gnap"
	"github.com/trustbloc/auth/spi/gnap/proof/httpsig"
)

const accessType = "keyhold"

// hydra stands in for the OAuth2 server: the token is the subject.
type hydra struct{}

var errNoHydra = errors.New("no login flow here")

func (hydra) GetLoginRequest(*admin.GetLoginRequestParams, ...admin.ClientOption) (*admin.GetLoginRequestOK, error) {
	return nil, errNoHydra
}

func (hydra) AcceptLoginRequest(*admin.AcceptLoginRequestParams, ...admin.ClientOption) (*admin.AcceptLoginRequestOK, error) {
	return nil, errNoHydra
}

func (hydra) GetConsentRequest(*admin.GetConsentRequestParams, ...admin.ClientOption) (*admin.GetConsentRequestOK, error) {
	return nil, errNoHydra
}

func (hydra) AcceptConsentRequest(*admin.AcceptConsentRequestParams, ...admin.ClientOption) (*admin.AcceptConsentRequestOK, error) {
	return nil, errNoHydra
}

func (hydra) IntrospectOAuth2Token(p *admin.IntrospectOAuth2TokenParams,
	_ ...admin.ClientOption) (*admin.IntrospectOAuth2TokenOK, error) {
	active := true

	return &admin.IntrospectOAuth2TokenOK{Payload: &models.OAuth2TokenIntrospection{Active: &active, Sub: p.Token}}, nil
}

// consent gives every requested token at once; the subject is the `sub` parameter of the client's finish URI.
type consent struct {
	mu    sync.Mutex
	given map[string]*api.ConsentResult
}

func (c *consent) PrepareInteraction(client *gnap.RequestInteract, _ string,
	tokens []*api.ExpiringTokenRequest) (*gnap.ResponseInteract, error) {
	if client == nil {
		return nil, errors.New("no interact in the request")
	}

	finish, err := url.Parse(client.Finish.URI)
	if err != nil {
		return nil, err
	}

	ref := base64.RawURLEncoding.EncodeToString(random(12))

	c.mu.Lock()
	defer c.mu.Unlock()

	c.given[ref] = &api.ConsentResult{
		Tokens: tokens, SubjectData: map[string]string{"sub": finish.Query().Get("sub")},
	}

	return &gnap.ResponseInteract{Redirect: client.Finish.URI + "&interact_ref=" + ref, Finish: "nonce"}, nil
}

func (c *consent) CompleteInteraction(string, *api.ConsentResult) (string, string, *gnap.RequestInteract, error) {
	return "", "", nil, errors.New("consent is given at once")
}

func (c *consent) QueryInteraction(ref string) (*api.ConsentResult, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	r, ok := c.given[ref]
	if !ok {
		return nil, errors.New("unknown interact_ref")
	}

	return r, nil
}

func (c *consent) DeleteInteraction(ref string) error {
	c.mu.Lock()
	defer c.mu.Unlock()

	delete(c.given, ref)

	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		log.Fatal(err)
	}

	return b
}

type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(s string) error {
	i := strings.Index(s, "=")
	if i < 1 {
		return errors.New("want name=value")
	}

	p[s[:i]] = s[i+1:]

	return nil
}

func handlers(base, secretsToken string, shares map[string][]byte) ([]common.Handler, error) {
	store := mem.NewProvider()

	profiles, err := store.OpenStore("bootstrapdata")
	if err != nil {
		return nil, err
	}

	for u := range shares {
		if err := user.NewStore(profiles).Save(&user.Profile{ID: u}); err != nil {
			return nil, err
		}
	}

	secrets, err := store.OpenStore("secrets")
	if err != nil {
		return nil, err
	}

	for u, b := range shares {
		if b == nil { // the user's wallet will bring it
			continue
		}

		if err := secrets.Put(u, b); err != nil {
			return nil, err
		}
	}

	auth, err := operation.New(&operation.Config{
		OIDC: &oidc.Config{}, TransientStoreProvider: mem.NewProvider(), StoreProvider: store,
		BootstrapConfig: &operation.BootstrapConfig{}, Hydra: hydra{}, SecretsToken: secretsToken,
		Cookies: &operation.CookieConfig{AuthKey: random(32), EncKey: random(32)},
	})
	if err != nil {
		return nil, err
	}

	access := json.RawMessage(`{"type":"` + accessType + `","subject-keys":["sub"]}`)

	server, err := restgnap.New(&restgnap.Config{
		StoreProvider: store, TransientStoreProvider: mem.NewProvider(), BaseURL: base, OIDC: &oidc.Config{},
		InteractionHandler: &consent{given: map[string]*api.ConsentResult{}},
		BootstrapConfig:    &restgnap.BootstrapConfig{},
		AccessPolicyConfig: &accesspolicy.Config{AccessTypes: []accesspolicy.TokenAccessConfig{{
			Access: gnap.TokenAccess{Type: accessType, Raw: access}, Ref: accessType,
			Permission: accesspolicy.PermissionNeedsConsent, Expiry: 24 * 3600,
		}}},
	})
	if err != nil {
		return nil, err
	}

	auth.SetIntrospectHandler(server.InternalIntrospectHandler())

	var out []common.Handler

	for _, h := range auth.GetRESTHandlers() {
		if h.Path() == "/secret" {
			out = append(out, h)
		}
	}

	for _, h := range server.GetRESTHandlers() {
		if strings.HasPrefix(h.Path(), "/gnap/") {
			out = append(out, h)
		}
	}

	return out, nil
}

// issue makes a key, writes it to file and gets a token for sub through /gnap/auth and /gnap/continue.
func issue(base, sub, file string) (string, error) {
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}

	der, err := x509.MarshalECPrivateKey(priv)
	if err != nil {
		return "", err
	}

	err = os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
	if err != nil {
		return "", err
	}

	key := &jwk.JWK{JSONWebKey: jose.JSONWebKey{Key: priv, Algorithm: "ES256"}, Kty: "EC", Crv: "P-256"}

	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", err
	}

	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)

	client, err := as.NewClient(&httpsig.Signer{SigningKey: key}, http.DefaultClient, base)
	if err != nil {
		return "", err
	}

	granted, err := client.RequestAccess(&gnap.AuthRequest{
		Client: &gnap.RequestClient{Key: &gnap.ClientKey{
			Proof: "httpsig", JWK: jwk.JWK{JSONWebKey: key.Public(), Kty: "EC", Crv: "P-256"},
		}},
		AccessToken: []*gnap.TokenRequest{{Access: []gnap.TokenAccess{{IsReference: true, Ref: accessType}}}},
		Interact: &gnap.RequestInteract{Start: []string{"redirect"}, Finish: gnap.RequestFinish{
			Method: "redirect", URI: "https://client.example/?sub=" + url.QueryEscape(sub),
		}},
	})
	if err != nil {
		return "", err
	}

	redirect, err := url.Parse(granted.Interact.Redirect)
	if err != nil {
		return "", err
	}

	done, err := client.Continue(&gnap.ContinueRequest{InteractRef: redirect.Query().Get("interact_ref")},
		granted.Continue.AccessToken.Value)
	if err != nil {
		return "", err
	}

	if len(done.AccessToken) == 0 {
		return "", errors.New("no access token")
	}

	return done.AccessToken[0].Value, nil
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address; port 0 picks a free one, printed on stdout")
	token := flag.String("token", "", "the token with which shares are read")
	sharesFile := flag.String("shares", "", "JSON: the users, and the share of each in standard base64")
	logFile := flag.String("log", "", "where a line for each request is written")
	issues := pairs{}
	flag.Var(issues, "issue", "user=file: make a key in file and issue a GNAP token for it (repeatable)")
	flag.Parse()

	text, err := os.ReadFile(*sharesFile)
	must(err)

	shares := map[string][]byte{}
	must(json.Unmarshal(text, &shares))

	requests, err := os.OpenFile(*logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(err)

	listener, err := net.Listen("tcp", *listen)
	must(err)

	base := fmt.Sprintf("http://%s", listener.Addr())

	hs, err := handlers(base, *token, shares)
	must(err)

	router := mux.NewRouter()
	for _, h := range hs {
		router.HandleFunc(h.Path(), h.Handle()).Methods(h.Method())
	}

	done := make(chan error)

	go func() {
		done <- http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rec := &recorder{w, http.StatusOK}
			uri := r.RequestURI
			router.ServeHTTP(rec, r)
			fmt.Fprintln(requests, r.Method, uri, rec.status)
		}))
	}()

	for sub, file := range issues {
		t, err := issue(base, sub, file)
		must(err)

		fmt.Println("gnap", sub, t)
	}

	fmt.Println("listening on", base)
	log.Fatal(<-done)
}
