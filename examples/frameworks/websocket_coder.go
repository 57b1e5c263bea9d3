package main

import (
	"context"
	"net/http"
	"strconv"

	"github.com/coder/websocket"
)

// serveCoderSocket counts a visit, and one more for each message, which it answers
// with their number. Accept stores what was set before, and sends the cookie with
// its status 101.
//
// There is no response behind that, so what is set later needs a Save, and what
// sends a cookie fails: creating and renewing sessions. Where a visitor without a
// session shall have one, set something before.
func (s *site) serveCoderSocket(w http.ResponseWriter, r *http.Request, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return nil // Accept, or the session middleware, has answered
	}
	defer conn.CloseNow()
	ctx := context.WithoutCancel(r.Context()) // which is not for hijacked connections, but has what tracers put into it
	for {
		if _, _, err := conn.Read(ctx); err != nil {
			return nil
		}
		session.SetVisits(session.GetVisits() + 1)
		if err := session.Save(ctx); err != nil {
			conn.Close(websocket.StatusTryAgainLater, "the session is not stored")
			return nil
		}
		if err := conn.Write(ctx, websocket.MessageText, strconv.AppendInt(nil, int64(session.GetVisits()), 10)); err != nil {
			return nil
		}
	}
}
