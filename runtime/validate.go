package runtime

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

const (
	defaultLifetime = 24 * time.Hour

	maxNamespaceLength = 32
	namespaceLetters   = "abcdefghijklmnopqrstuvwxyz0123456789_."

	// largestMaxValueSize is the most that memcached's option -I allows.
	largestMaxValueSize = 1 << 30

	// Browsers ignore a cookie whose name and value together are longer than
	// maxCookieLength, and an attribute that is longer than maxAttributeLength
	// (RFC 6265bis, section 5.6).
	maxCookieLength    = 4096
	maxAttributeLength = 1024
)

// complete fills in the defaults, except for the Logger, which is looked up
// when it is needed. Its error names every field that is wrong.
func (c *Config) complete(name string, now time.Time) error {
	return errors.Join(
		c.completeStore(),
		c.completeNamespace(name),
		c.completeTimes(now),
		c.checkKeys(),
		c.completeMaxLogins(),
		c.completeSameSite(),
		c.completePath(),
		c.completeDomain(),
		c.completePartitioned(),
		c.completeCookieName(name),
		c.completeMaxValueSize(),
	)
}

func invalid(field, format string, args ...any) error {
	return fmt.Errorf("sessiongen: Config."+field+": "+format, args...)
}

func (c *Config) completeStore() error {
	if c.Store == nil {
		return invalid("Store", "missing; NewMemory and NewMemcache make one")
	}
	if v := reflect.ValueOf(c.Store); v.Kind() == reflect.Pointer && v.IsNil() {
		return invalid("Store", "is a nil %T", c.Store)
	}
	if store, ok := c.Store.(interface{ validate() error }); ok {
		if err := store.validate(); err != nil {
			return invalid("Store", "%w", err)
		}
	}
	return nil
}

func (c *Config) completeNamespace(name string) error {
	origin := ""
	if c.Namespace == "" {
		c.Namespace, origin = name, " (the default)"
	}
	n := len(c.Namespace)
	if n < 1 || n > maxNamespaceLength || strings.TrimLeft(c.Namespace, namespaceLetters) != "" {
		return invalid("Namespace", "%q%s is not 1 to %d of [a-z0-9_.]; set another", c.Namespace, origin, maxNamespaceLength)
	}
	return nil
}

func (c *Config) completeTimes(now time.Time) error {
	if c.Lifetime == 0 {
		c.Lifetime = defaultLifetime
	}
	switch {
	case c.Lifetime < time.Second:
		return invalid("Lifetime", "%v is less than a second", c.Lifetime)
	case pastClock(now, c.Lifetime):
		return invalid("Lifetime", "%v reaches past January 19, 2038, where memcached's clock ends", c.Lifetime)
	case c.IdleTimeout != 0 && c.IdleTimeout < time.Second:
		return invalid("IdleTimeout", "%v is less than a second", c.IdleTimeout)
	case c.IdleTimeout > c.Lifetime:
		return invalid("IdleTimeout", "%v is longer than Lifetime, %v, and would never count", c.IdleTimeout, c.Lifetime)
	}
	return nil
}

// pastClock tells whether a session that lives that long from now on outlives
// memcached's clock.
func pastClock(now time.Time, lifetime time.Duration) bool {
	return now.Add(lifetime).Add(2*time.Second).Unix() >= math.MaxInt32
}

// checkKeys names keys by their place in the list, because an error must not hold
// any of them.
func (c *Config) checkKeys() error {
	var seen [][]byte
	for i, key := range c.Keys {
		if len(key) < sealed.MinKeyLength || len(key) > sealed.MaxKeyLength {
			return invalid("Keys", "key %d has %d bytes, not %d to %d random ones; openssl rand -base64 32 makes one", i, len(key), sealed.MinKeyLength, sealed.MaxKeyLength)
		}
		// HMAC takes a key for the same with zeros behind it (RFC 2104).
		key = append(slices.Clone(key), make([]byte, sealed.MaxKeyLength-len(key))...)
		if j := slices.IndexFunc(seen, func(other []byte) bool { return bytes.Equal(other, key) }); j >= 0 {
			return invalid("Keys", "keys %d and %d are the same", j, i)
		}
		seen = append(seen, key)
	}
	return nil
}

const defaultMaxLogins = 32

func (c *Config) completeMaxLogins() error {
	if c.MaxLogins == 0 {
		c.MaxLogins = defaultMaxLogins
	}
	if c.MaxLogins < 0 || c.MaxLogins > sealed.MaxLogins {
		return invalid("MaxLogins", "%d is not 1 to %d", c.MaxLogins, sealed.MaxLogins)
	}
	return nil
}

func (c *Config) completeSameSite() error {
	switch c.SameSite {
	case 0, http.SameSiteDefaultMode:
		c.SameSite = http.SameSiteLaxMode
	case http.SameSiteLaxMode, http.SameSiteStrictMode:
	case http.SameSiteNoneMode:
		if c.InsecureHTTP {
			return invalid("SameSite", "browsers refuse a SameSite=None cookie that is not Secure, as with InsecureHTTP")
		}
	default:
		return invalid("SameSite", "%d is not one of net/http's modes", c.SameSite)
	}
	return nil
}

func (c *Config) completePath() error {
	if c.Path == "" {
		c.Path = "/"
	}
	switch {
	case c.Path[0] != '/':
		return invalid("Path", `%q does not begin with "/"`, c.Path)
	case len(c.Path) > maxAttributeLength, (&http.Cookie{Name: "n", Path: c.Path}).Valid() != nil:
		return invalid("Path", `%q is not up to %d bytes of printable ASCII without ";"`, c.Path, maxAttributeLength)
	}
	return nil
}

func (c *Config) completeDomain() error {
	if (&http.Cookie{Name: "n", Domain: c.Domain}).Valid() != nil {
		return invalid("Domain", "%q is not a domain name", c.Domain)
	}
	return nil
}

func (c *Config) completePartitioned() error {
	if c.Partitioned && c.InsecureHTTP {
		return invalid("Partitioned", "browsers refuse a Partitioned cookie that is not Secure, as with InsecureHTTP")
	}
	return nil
}

func (c *Config) completeCookieName(name string) error {
	origin := ""
	if c.CookieName == "" {
		c.CookieName, origin = name, " (the default)"
		if !c.InsecureHTTP {
			c.CookieName = "__Host-" + c.CookieName
		}
	}
	switch {
	case (&http.Cookie{Name: c.CookieName}).Valid() != nil:
		return invalid("CookieName", "%q%s has other characters than ASCII letters, digits and !#$%%&'*+-.^_`|~; set another", c.CookieName, origin)
	case len(c.CookieName)+sealed.TokenLength > maxCookieLength:
		return invalid("CookieName", "longer than %d bytes, so that browsers would ignore the cookie", maxCookieLength-sealed.TokenLength)
	}
	return c.checkPrefix()
}

// checkPrefix checks what browsers demand of cookies with certain prefixes, in
// upper or lower case (RFC 6265bis, section 4.1.3). Browsers silently drop a
// cookie that breaks these rules.
func (c *Config) checkPrefix() error {
	name := strings.ToLower(c.CookieName)
	host := strings.HasPrefix(name, "__host-")
	secure := host || strings.HasPrefix(name, "__secure-") || strings.HasPrefix(name, "__http-")
	switch {
	case secure && c.InsecureHTTP:
		return invalid("InsecureHTTP", "browsers refuse the cookie %q if it is not Secure; set another CookieName", c.CookieName)
	case host && c.Domain != "":
		return invalid("Domain", `browsers refuse it for the cookie %q; set another CookieName, such as "__Secure-%s"`, c.CookieName, c.CookieName[len("__host-"):])
	case host && c.Path != "/":
		return invalid("Path", `browsers refuse any but "/" for the cookie %q; set another CookieName, such as "__Secure-%s"`, c.CookieName, c.CookieName[len("__host-"):])
	}
	return nil
}

func (c *Config) completeMaxValueSize() error {
	if c.MaxValueSize == 0 {
		c.MaxValueSize = defaultMaxValueSize
	}
	if c.MaxValueSize < 0 || c.MaxValueSize > largestMaxValueSize {
		return invalid("MaxValueSize", "%d is not 1 to %d bytes", c.MaxValueSize, largestMaxValueSize)
	}
	return nil
}
