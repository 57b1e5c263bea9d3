// Package browser has tests alone. They visit the quickstart in a real browser,
// Chromium without a window, and see what a client of net/http can't tell:
//
//   - the cookie as the browser keeps it, on http and on https, and after it was
//     closed and started anew;
//   - what the browser sends for the forms and links of another site;
//   - two tabs that do something at the same time;
//   - a button that is clicked twice, and the back button after the logout;
//   - a page that hears of server-sent events.
//
// A test opens the shop, a process of its own, with openShop, and a visitor's tab
// with newVisitor. It waits for what the browser shows, never for a time.
//
// They need chromium, chromium-browser or google-chrome in PATH.
package browser
