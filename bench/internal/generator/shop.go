package generator

// goGenerate is not written out below: go generate takes every line that begins
// with it for a directive of this module, also in a string.
const goGenerate = "//go:" + "generate"

// shop is what each package of the module holds: something for both commands,
// and imports as a web app has them.
const shop = `
import (
	"encoding/json"
	"html/template"
	"net/http"
	"time"
)

// State is how far an order has come.
type State int

const (
	Open State = iota
	Paid
	Sent
	Received
)

` + goGenerate + ` sessiongen

// ShopFields is what the shop remembers of one visitor.
type ShopFields struct {
	// Token guards the forms against cross-site requests.
	Token    string
	Visits   int
	Cart     []Line ` + "`session:\",lazy\"`" + `
	Notice   string ` + "`session:\",flash\"`" + `
	Order    State
	LoggedIn time.Time
}

// Line is an item of the cart.
type Line struct {
	Name     string
	Quantity int
}

var page = template.Must(template.New("page").Parse("{{.Visits}} visits, order {{.Order}}"))

// Show shows the session.
func Show(sessions *Shops) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		s.SetVisits(s.GetVisits() + 1)
		page.Execute(w, s.Values())
	}
}

// Export writes the session as JSON.
func Export(w http.ResponseWriter, s *Shop) error {
	return json.NewEncoder(w).Encode(s.Values())
}
`
