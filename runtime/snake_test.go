package runtime

import "testing"

func TestSnakeKeepsItsRule(t *testing.T) {
	for name, want := range map[string]string{
		"Session":        "session",
		"visitorSession": "visitor_session",
		"UserID":         "user_id",
		"OAuth":          "o_auth",
		"HTTPSURL":       "httpsurl",
		"HTTPServer":     "http_server",
		"F0":             "f0",
		"V2Session":      "v2_session",
		"My_Session":     "my_session",
		"A":              "a",
		"Größe":          "größe",
		"":               "",
	} {
		if got := snake(name); got != want {
			t.Errorf("snake(%q) = %q, want %q", name, got, want)
		}
	}
}
