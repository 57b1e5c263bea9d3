package runtime_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// bare is an accessor without variables, for accessors of any name.
type bare struct{ session runtime.Session }

func newBare(name string, config runtime.Config) (*runtime.Manager[bare], error) {
	return runtime.NewManager(config, runtime.Schema[bare]{
		Name:    name,
		Session: func(s *bare) *runtime.Session { return &s.session },
	})
}

func TestConfigDefaultsAreSafe(t *testing.T) {
	sessions := mustSessions(t, runtime.Config{Store: runtime.NewMemory()})
	cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	value := cookie.Value
	if got, want := cookie.String(), "__Host-session="+value+"; Path=/; HttpOnly; Secure; SameSite=Lax"; got != want {
		t.Errorf("cookie %q, want %q", got, want)
	}
	if sessions.CookieName() != "__Host-session" {
		t.Errorf("CookieName() = %q", sessions.CookieName())
	}
}

func TestConfigShapesTheCookie(t *testing.T) {
	for _, c := range []struct {
		name     string
		accessor string // in snake_case
		config   runtime.Config
		want     string // with the value as V
	}{
		{"the accessor's name", "visitor_session", runtime.Config{},
			"__Host-visitor_session=V; Path=/; HttpOnly; Secure; SameSite=Lax"},
		{"plain http", "session", runtime.Config{InsecureHTTP: true},
			"session=V; Path=/; HttpOnly; SameSite=Lax"},
		{"persistent", "session", runtime.Config{Persistent: true, Lifetime: time.Hour},
			"__Host-session=V; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax"},
		{"a domain", "session", runtime.Config{CookieName: "__Secure-s", Domain: "shop.example", Path: "/app"},
			"__Secure-s=V; Path=/app; Domain=shop.example; HttpOnly; Secure; SameSite=Lax"},
		{"embedded in other sites", "session", runtime.Config{SameSite: http.SameSiteNoneMode, Partitioned: true},
			"__Host-session=V; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"},
		{"strict", "session", runtime.Config{SameSite: http.SameSiteStrictMode},
			"__Host-session=V; Path=/; HttpOnly; Secure; SameSite=Strict"},
		{"net/http's default mode", "session", runtime.Config{SameSite: http.SameSiteDefaultMode},
			"__Host-session=V; Path=/; HttpOnly; Secure; SameSite=Lax"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.Store = runtime.NewMemory()
			sessions, err := newBare(c.accessor, c.config)
			if err != nil {
				t.Fatal(err)
			}
			cookie, err := sessions.Issue(t.Context(), sessions.New())
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Replace(cookie.String(), cookie.Value, "V", 1); got != c.want {
				t.Errorf("cookie %q, want %q", got, c.want)
			}
		})
	}
}

func TestBadConfigIsRefusedByField(t *testing.T) {
	var missing *runtime.Memcache
	for _, c := range []struct {
		field  string
		config runtime.Config
	}{
		{"Store", runtime.Config{}},
		{"Store", runtime.Config{Store: missing}},
		{"Store", runtime.Config{Store: runtime.NewMemcache()}},
		{"Namespace", runtime.Config{Namespace: "Shop"}},
		{"Namespace", runtime.Config{Namespace: "a:b"}},
		{"Namespace", runtime.Config{Namespace: "a-b"}},
		{"Namespace", runtime.Config{Namespace: "größe"}},
		{"Namespace", runtime.Config{Namespace: strings.Repeat("a", 33)}},
		{"CookieName", runtime.Config{CookieName: "a b"}},
		{"CookieName", runtime.Config{CookieName: "a=b"}},
		{"CookieName", runtime.Config{CookieName: "a;b"}},
		{"CookieName", runtime.Config{CookieName: "größe"}},
		{"CookieName", runtime.Config{CookieName: strings.Repeat("a", 4096)}},
		{"InsecureHTTP", runtime.Config{CookieName: "__Host-s", InsecureHTTP: true}},
		{"InsecureHTTP", runtime.Config{CookieName: "__Secure-s", InsecureHTTP: true}},
		{"InsecureHTTP", runtime.Config{CookieName: "__sEcUrE-s", InsecureHTTP: true}},
		{"InsecureHTTP", runtime.Config{CookieName: "__Http-s", InsecureHTTP: true}},
		{"Domain", runtime.Config{Domain: "shop.example"}},
		{"Domain", runtime.Config{CookieName: "__host-s", Domain: "shop.example"}},
		{"Domain", runtime.Config{CookieName: "s", Domain: "shop example"}},
		{"Domain", runtime.Config{CookieName: "s", Domain: "a;Path=/"}},
		{"Domain", runtime.Config{CookieName: "s", Domain: "shop.example:80"}},
		{"Path", runtime.Config{Path: "/app"}},
		{"Path", runtime.Config{CookieName: "s", Path: "app"}},
		{"Path", runtime.Config{CookieName: "s", Path: "/a;b"}},
		{"Path", runtime.Config{CookieName: "s", Path: "/a\nb"}},
		{"Path", runtime.Config{CookieName: "s", Path: "/" + strings.Repeat("a", 1024)}},
		{"SameSite", runtime.Config{SameSite: http.SameSiteNoneMode, InsecureHTTP: true}},
		{"SameSite", runtime.Config{SameSite: 17}},
		{"SameSite", runtime.Config{SameSite: -1}},
		{"Partitioned", runtime.Config{Partitioned: true, InsecureHTTP: true}},
		{"Lifetime", runtime.Config{Lifetime: -time.Hour}},
		{"Lifetime", runtime.Config{Lifetime: time.Millisecond}},
		{"Lifetime", runtime.Config{Lifetime: time.Until(time.Unix(math.MaxInt32, 0)) + time.Hour}},
		{"Lifetime", runtime.Config{Lifetime: math.MaxInt64}},
		{"IdleTimeout", runtime.Config{IdleTimeout: -time.Hour}},
		{"IdleTimeout", runtime.Config{IdleTimeout: time.Millisecond}},
		{"IdleTimeout", runtime.Config{IdleTimeout: 25 * time.Hour}},
		{"MaxValueSize", runtime.Config{MaxValueSize: -1}},
		{"MaxValueSize", runtime.Config{MaxValueSize: 1<<30 + 1}},
	} {
		if c.config.Store == nil && c.field != "Store" {
			c.config.Store = runtime.NewMemory()
		}
		_, err := NewSessions(c.config)
		if err == nil || !strings.HasPrefix(err.Error(), "sessiongen: Config."+c.field+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want one error of Config.%s", c.config, err, c.field)
		}
	}
}

func TestLongestLifetimeIsTheLastThatMemcachedCanStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still
		end := time.Until(time.Unix(math.MaxInt32, 0))
		config := runtime.Config{Store: runtime.NewMemory(), Lifetime: end - 3*time.Second}
		if _, err := NewSessions(config); err != nil {
			t.Errorf("three seconds ahead of the end of its clock: %v", err)
		}
		config.Lifetime += time.Second
		if _, err := NewSessions(config); err == nil {
			t.Error("two seconds ahead of the end of its clock is accepted")
		}
	})
}

func TestEveryBadFieldOfAConfigIsNamedAtOnce(t *testing.T) {
	_, err := NewSessions(runtime.Config{Namespace: "Shop", Lifetime: -1})
	for _, field := range []string{"Store", "Namespace", "Lifetime"} {
		if err == nil || !strings.Contains(err.Error(), "Config."+field+": ") {
			t.Errorf("error %q does not name %s", err, field)
		}
	}
}

func TestAccessorWhoseNameGivesNoDefaultAsksForNames(t *testing.T) {
	config := runtime.Config{Store: runtime.NewMemory()}
	_, err := newBare("größe", config)
	for _, want := range []string{"Config.Namespace", "Config.CookieName", "the default", "set another"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	config.Namespace, config.CookieName = "size", "__Host-size"
	if _, err := newBare("größe", config); err != nil {
		t.Error(err)
	}
}

func TestEdgesOfAConfigAreAllowed(t *testing.T) {
	for _, config := range []runtime.Config{
		{Namespace: strings.Repeat("a", 32)},
		{Namespace: "a.b_c.9"},
		{Lifetime: time.Second, IdleTimeout: time.Second},
		{Lifetime: time.Until(time.Unix(math.MaxInt32, 0)) - time.Minute},
		{CookieName: "__Secure-s", Domain: ".shop.example", Path: "/a b"},
		{CookieName: "s", Domain: "127.0.0.1", InsecureHTTP: true},
		{MaxValueSize: 1 << 30},
		{MaxValueSize: 1},
	} {
		config.Store = runtime.NewMemory()
		if _, err := NewSessions(config); err != nil {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

func TestVariablesThatNoSchemaHasAreRefused(t *testing.T) {
	lazy := func(name string) runtime.Variable[bare] {
		return runtime.Lazy("Lazy", name, runtime.Gob[int](), func(*bare) *runtime.LazyVar[int] { return nil })
	}
	eager := func(name string) runtime.Variable[bare] {
		return runtime.Eager("Eager", name, runtime.Gob[int](), func(*bare) *runtime.Var[int] { return nil })
	}
	for _, c := range []struct {
		variables []runtime.Variable[bare]
		refused   string
	}{
		{[]runtime.Variable[bare]{eager("a"), lazy("b"), lazy("c")}, ""},
		{[]runtime.Variable[bare]{lazy("a"), eager("b")}, "has Eager behind a lazy one"},
		// As git merges two branches that both add a variable of that name.
		{[]runtime.Variable[bare]{eager("a"), eager("b"), lazy("a")}, `two variables are stored as "a", one of them Lazy`},
	} {
		_, err := runtime.NewManager(runtime.Config{Store: runtime.NewMemory()}, runtime.Schema[bare]{
			Name:      "session",
			Session:   func(s *bare) *runtime.Session { return &s.session },
			Variables: c.variables,
		})
		if (err != nil) != (c.refused != "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%q: %v", c.refused, err)
		}
	}
}
