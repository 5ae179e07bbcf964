// An Encrypted Data Vault server on loopback for the integration tests: TrustBloc's REST operations, vault provider and
// ZCAP service behind our own listener, with storage in memory. With -auth zcap every call but the creation of a vault
// needs a capability invocation, which TrustBloc's own handler decides on.
// For every request one line goes to stdout: `method path action status bytes-in bytes-out`.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/gorilla/mux"
	"github.com/hyperledger/aries-framework-go/component/storageutil/mem"
	"github.com/hyperledger/aries-framework-go/pkg/crypto/tinkcrypto"
	"github.com/hyperledger/aries-framework-go/pkg/doc/ld"
	"github.com/hyperledger/aries-framework-go/pkg/kms/localkms"
	"github.com/hyperledger/aries-framework-go/pkg/secretlock"
	"github.com/hyperledger/aries-framework-go/pkg/secretlock/noop"
	ldstore "github.com/hyperledger/aries-framework-go/pkg/store/ld"
	"github.com/hyperledger/aries-framework-go/pkg/vdr"
	vdrkey "github.com/hyperledger/aries-framework-go/pkg/vdr/key"
	"github.com/hyperledger/aries-framework-go/spi/storage"

	"github.com/trustbloc/edv/pkg/auth/zcapld"
	"github.com/trustbloc/edv/pkg/edvprovider"
	"github.com/trustbloc/edv/pkg/restapi"
	"github.com/trustbloc/edv/pkg/restapi/healthcheck"
	"github.com/trustbloc/edv/pkg/restapi/operation"
)

const (
	vaultsPath = "/encrypted-data-vaults"
	healthPath = "/healthcheck"
	pageSize   = 100
)

type provider struct{ store storage.Provider }

func (p provider) StorageProvider() storage.Provider { return p.store }
func (p provider) SecretLock() secretlock.Service    { return &noop.NoLock{} }

type ldStores struct {
	contexts ldstore.ContextStore
	remotes  ldstore.RemoteProviderStore
}

func (s *ldStores) JSONLDContextStore() ldstore.ContextStore               { return s.contexts }
func (s *ldStores) JSONLDRemoteProviderStore() ldstore.RemoteProviderStore { return s.remotes }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func zcapService(store storage.Provider) *zcapld.Service {
	contexts, err := ldstore.NewContextStore(store)
	must(err)
	remotes, err := ldstore.NewRemoteProviderStore(store)
	must(err)
	loader, err := ld.NewDocumentLoader(&ldStores{contexts, remotes})
	must(err)
	keys, err := localkms.New("local-lock://edv", provider{store})
	must(err)
	crypto, err := tinkcrypto.New()
	must(err)
	service, err := zcapld.New(keys, crypto, store, loader, vdr.New(vdr.WithVDR(vdrkey.New())))
	must(err)
	return service
}

// authorize lets through what TrustBloc's server does: health and vault creation freely, the rest by capability.
func authorize(service *zcapld.Service, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI == healthPath || r.RequestURI == vaultsPath {
			next.ServeHTTP(w, r)
			return
		}
		parts := strings.Split(r.RequestURI, "/")
		if len(r.Header.Values("Capability-Invocation")) == 0 || len(parts) < 3 {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		handler, err := service.Handler(parts[2], r, w, next.ServeHTTP)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, err) // as TrustBloc's server: no newline
			return
		}
		handler(w, r)
	})
}

type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	r.bytes += len(b)
	return r.ResponseWriter.Write(b)
}

func logged(next http.Handler) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		next.ServeHTTP(rec, r)
		if rec.status == 0 {
			rec.status = http.StatusOK
		}
		action := "-"
		for _, p := range strings.Split(r.Header.Get("Capability-Invocation"), ",") {
			if value, ok := strings.CutPrefix(p, "action="); ok {
				action = strings.Trim(value, `"`)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(r.Method, r.RequestURI, action, rec.status, r.ContentLength, rec.bytes)
	})
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address; port 0 picks a free one, printed on stdout")
	auth := flag.String("auth", "zcap", "zcap or none")
	flag.Parse()
	store := mem.NewProvider()
	vaults := edvprovider.NewProvider(store, pageSize)
	// TrustBloc's own start-up code opens the store of vault configurations and its index before it serves.
	_, err := vaults.OpenStore(edvprovider.VaultConfigurationStoreName)
	must(err)
	must(vaults.SetStoreConfig(edvprovider.VaultConfigurationStoreName, storage.StoreConfiguration{
		TagNames: []string{edvprovider.VaultConfigReferenceIDTagName},
	}))
	config := &operation.Config{
		Provider:          vaults,
		AuthEnable:        *auth == "zcap",
		EnabledExtensions: &operation.EnabledExtensions{},
	}
	var service *zcapld.Service
	if config.AuthEnable {
		service = zcapService(store)
		config.AuthService = service
	}
	controller, err := restapi.New(config)
	must(err)
	router := mux.NewRouter()
	router.UseEncodedPath()
	for _, h := range healthcheck.New().GetOperations() {
		router.HandleFunc(h.Path(), h.Handle()).Methods(h.Method())
	}
	for _, h := range controller.GetOperations() {
		router.HandleFunc(h.Path(), h.Handle()).Methods(h.Method())
	}
	var handler http.Handler = router
	if service != nil {
		handler = authorize(service, router)
	}
	listener, err := net.Listen("tcp", *listen)
	must(err)
	fmt.Printf("http://%s\n", listener.Addr())
	must(http.Serve(listener, logged(handler)))
}
