package runtime

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Config configures the sessions of one accessor type. Its zero value, with
// a Store, is a safe configuration for a site on https.
type Config struct {
	// Store keeps the sessions. Required.
	Store Store

	// Namespace prefixes every key and is bound into every stored value, so
	// that several kinds of sessions can share a store: 1 to 32 of
	// [a-z0-9_.]. Default: the accessor's name in snake_case, such as
	// "session".
	Namespace string

	// CookieName names the cookie. Default: "__Host-" and the accessor's name
	// in snake_case, such as "__Host-session"; with InsecureHTTP, without the
	// prefix. Browsers give a __Host- cookie back to this very host alone, and
	// let no other host set it (RFC 6265bis, section 4.1.3.2).
	CookieName string

	// Lifetime is how long a session lives from its creation or renewal,
	// whatever happens. Default: 24 hours. It can't reach past the year 2038,
	// where memcached's clock ends. [Remember] and the option [Lifetime] give one
	// session another one.
	Lifetime time.Duration

	// IdleTimeout, if not 0, ends a session when no request has loaded it for
	// that long, or up to a tenth longer, but never sooner. It can't be longer
	// than Lifetime, where it would never count.
	IdleTimeout time.Duration

	// Persistent cookies outlive the browser: their Max-Age is what is left of
	// Lifetime. Browsers cap it at 400 days. Default: the cookie ends with the
	// browser.
	Persistent bool

	// Keys are the app's own, each of 16 to 64 random bytes. With them, a session's
	// key is an HMAC of its cookie's secret, so that whoever can write to the store,
	// and has a cookie, can't make up values; and sessions can belong to accounts:
	// see Session.Login. The first key seals new sessions. All of them open old
	// ones, which move to the first key when they are renewed. All processes of a
	// site need the same keys. Default: none. See docs/keys.md for how to make and
	// change them.
	Keys [][]byte

	// MaxLogins limits the sessions of an account: a login more ends the oldest
	// one. Default: 32. Maximum: 1024.
	MaxLogins int

	// SameSite says which cross-site requests carry the cookie. Default:
	// [http.SameSiteLaxMode].
	SameSite http.SameSite

	// Domain lets the hosts below a domain have the cookie too. Browsers refuse
	// it for a "__Host-" cookie, so set CookieName as well. Default: this host
	// alone.
	Domain string

	// Path restricts the cookie to a path. It protects nothing. Browsers refuse
	// it for a "__Host-" cookie, so set CookieName as well. Default: "/".
	Path string

	// Partitioned gives a site that is embedded in others one cookie for each
	// of them (CHIPS). It needs a Secure cookie.
	Partitioned bool

	// InsecureHTTP makes cookies that are not Secure, so that sessions work
	// over plain http. For development. Without it, a cookie that the
	// Middleware sends over plain http is warned of, once, unless the host is this
	// machine's or a proxy says by X-Forwarded-Proto or Forwarded that it speaks
	// https.
	InsecureHTTP bool

	// MaxValueSize limits the stored size of one variable, in bytes: larger
	// ones fail with [ErrTooLarge]. Default and maximum for memcached as it is
	// installed: 1 MiB less what memcached itself needs. More, up to 1 GiB,
	// needs memcached's option -I.
	MaxValueSize int

	// ErrorHandler answers a request whose commit failed before the first byte
	// of the response. The headers that the handler had set are removed, the
	// handler's Writes return the error, and Cache-Control is no-store.
	// Default: status 503 if the store is unavailable, 409 if the session ended
	// meanwhile, 500 otherwise; the error itself goes to the Logger alone.
	ErrorHandler func(http.ResponseWriter, *http.Request, error)

	// Logger gets what needs an operator's attention, with the method and the
	// path of the request. It also gets the context of the request, in which a
	// [slog.Handler] may find trace ids. A line that every request of an outage
	// would log is logged once a second at most. Default: [slog.Default].
	Logger *slog.Logger

	// OnEvent, if not nil, is called for every [Event], on the goroutine of the
	// request and with its context, or with the context of the call where there
	// is no request. An event of a load is told when the load is over, so
	// OnEvent and the Logger's handler may ask From for the session and read
	// it. They must not change it, because the request may be in the middle of
	// a change.
	OnEvent func(context.Context, Event)

	// OnCall, if not nil, is called ahead of every call of the Store, for tracing
	// and for what [Stats] does not count. The call is made with the context that it
	// returns, which it must make from the one that it gets; nil stands for that one.
	// The function that it returns, which may be nil too, is called when the call is
	// over: with nil if the Store has answered, even that an item exists already, has
	// another version or is absent, and else with an error that wraps
	// [ErrUnavailable] or [ErrTooLarge]. What the stores of this package fail with
	// names no key; what others do is theirs.
	//
	// The context that it gets has the values of the request's, or of the context of
	// the method that was called. OnCall runs on several goroutines at once, also for
	// one request, and the request waits for it. It must not use the session, which is
	// in the middle of something.
	OnCall func(ctx context.Context, call Call) (within context.Context, done func(error))
}
