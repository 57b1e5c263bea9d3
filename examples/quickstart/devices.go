package main

import (
	"net/http"
	"slices"

	"github.com/sessiongen/sessiongen/runtime"
)

// A device is where the visitor is logged in.
type device struct {
	runtime.Login
	This bool // the visitor is looking at it
}

// loggedIn is for what only visitors who have logged in may do.
func loggedIn(handle sessionHandler) sessionHandler {
	return func(w http.ResponseWriter, r *http.Request, session *Session) error {
		if !session.HasVisitor() {
			return errNotLoggedIn
		}
		return handle(w, r, session)
	}
}

// devices shows where the visitor is logged in.
func (shop *site) devices(w http.ResponseWriter, r *http.Request, session *Session) error {
	logins, err := shop.sessions.List(r.Context(), session.GetVisitor())
	if err != nil {
		return err
	}
	v := shop.view(session)
	for _, l := range logins {
		v.Devices = append(v.Devices, device{l, l.ID == session.ID()})
	}
	return render(w, "devices.html", http.StatusOK, v)
}

// endDevice logs the visitor out on another device. End asks nobody whose session
// it ends, and the id comes from the browser: it must be one of the visitor's own.
func (shop *site) endDevice(w http.ResponseWriter, r *http.Request, session *Session) error {
	logins, err := shop.sessions.List(r.Context(), session.GetVisitor())
	if err != nil {
		return err
	}
	id := r.PostFormValue("id")
	i := slices.IndexFunc(logins, func(l runtime.Login) bool { return l.ID == id })
	if i < 0 || id == session.ID() { // this device has the logout
		return errNoSuchDevice
	}
	if err := shop.sessions.End(r.Context(), id); err != nil {
		return err
	}
	session.SetNotice("You are logged out there: " + logins[i].Label + ".")
	http.Redirect(w, r, "/devices", http.StatusSeeOther)
	return nil
}

// endOtherDevices logs the visitor out everywhere else.
func (shop *site) endOtherDevices(w http.ResponseWriter, r *http.Request, session *Session) error {
	if err := session.EndOthers(r.Context()); err != nil {
		return err
	}
	session.SetNotice("You are logged out everywhere else.")
	http.Redirect(w, r, "/devices", http.StatusSeeOther)
	return nil
}
