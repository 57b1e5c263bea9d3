// Package migrations has one small app four times over: a page that counts visits
// and greets, a login, a logout and a notice that is shown once.
//
//   - [github.com/sessiongen/sessiongen/examples/migrations/after] is the app on
//     sessiongen.
//   - scs/before, gorilla/before and appengine/before are the app on
//     alexedwards/scs, on gorilla/sessions, and on the classic recipe of a cookie
//     and memcache, as it was used on App Engine.
//   - scs/during, gorilla/during and appengine/during are the app on sessiongen
//     while visitors still come with the cookies of the old one. They stay logged in,
//     because package handover moves the session of each of them once.
//
// The guides are docs/from-scs.md, docs/from-gorilla-sessions.md and
// docs/from-app-engine.md. The tests are in this package. They send visitors from
// before to during, and on to after or back.
package migrations
