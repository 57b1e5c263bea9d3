package main

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gorilla/websocket"
)

// serveGorillaSocket does the same as serveCoderSocket.
//
// Upgrade takes the connection over and writes the header itself: the one that it
// is given, and nothing else. So it gets w.Header(), into which the session
// middleware puts the cookie just then. With nil the session of a new visitor
// would be stored, and its cookie not sent: it would be lost.
func (s *site) serveGorillaSocket(w http.ResponseWriter, r *http.Request, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	var upgrader websocket.Upgrader
	conn, err := upgrader.Upgrade(w, r, w.Header())
	if err != nil {
		return nil // Upgrade, or the session middleware, has answered
	}
	defer conn.Close()
	ctx := context.WithoutCancel(r.Context())
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return nil
		}
		session.SetVisits(session.GetVisits() + 1)
		if err := session.Save(ctx); err != nil {
			conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseTryAgainLater, "the session is not stored"))
			return nil
		}
		if err := conn.WriteMessage(websocket.TextMessage, strconv.AppendInt(nil, int64(session.GetVisits()), 10)); err != nil {
			return nil
		}
	}
}
