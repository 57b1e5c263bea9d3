package main

import (
	"fmt"
	"net/http"
	"slices"
)

// mostOfOne is the most of one tea in a cart.
const mostOfOne = 99

// cart shows the cart. It is the only page that fetches it.
func (shop *site) cart(w http.ResponseWriter, r *http.Request, session *Session) error {
	items, err := session.GetCart(r.Context())
	if err != nil {
		return err
	}
	v := shop.view(session)
	v.CartFetched = true
	v.Lines, v.Total = reckon(items)
	return render(w, "cart.html", http.StatusOK, v)
}

// addToCart puts one of a tea into the cart.
func (shop *site) addToCart(w http.ResponseWriter, r *http.Request, session *Session) error {
	return changeCart(w, r, session, "%s is in your cart.", with)
}

// removeFromCart takes all of a tea out of the cart.
func (shop *site) removeFromCart(w http.ResponseWriter, r *http.Request, session *Session) error {
	return changeCart(w, r, session, "%s is back on the shelf.", without)
}

// changeCart changes the cart for the tea that the form names. Two clicks in two
// windows both count: UpdateCart stores what the function makes of the cart only
// if nobody else has changed it meanwhile, and else calls it again. So the
// function does nothing but change the cart that it is given.
func changeCart(w http.ResponseWriter, r *http.Request, session *Session, notice string, change func([]Item, string) []Item) error {
	tea, ok := findTea(r.PostFormValue("tea"))
	if !ok {
		return errNoSuchTea
	}
	err := session.UpdateCart(r.Context(), func(cart *[]Item) error {
		*cart = change(*cart, tea.ID)
		return nil
	})
	if err != nil {
		return err
	}
	session.SetNotice(fmt.Sprintf(notice, tea.Name))
	http.Redirect(w, r, "/cart", http.StatusSeeOther)
	return nil
}

// without returns the cart without a tea.
func without(cart []Item, tea string) []Item {
	return slices.DeleteFunc(cart, func(i Item) bool { return i.Tea == tea })
}

// with returns the cart with one more of a tea.
func with(cart []Item, tea string) []Item {
	for i := range cart {
		if cart[i].Tea == tea {
			cart[i].Quantity = min(cart[i].Quantity+1, mostOfOne)
			return cart
		}
	}
	return append(cart, Item{Tea: tea, Quantity: 1})
}

// A line is an item as the cart's page shows it.
type line struct {
	Tea      tea
	Quantity int
	Price    money
}

// reckon prices the items. One that the shop no longer sells is left out.
func reckon(items []Item) (lines []line, total money) {
	for _, item := range items {
		tea, ok := findTea(item.Tea)
		if !ok {
			continue
		}
		price := tea.Price * money(item.Quantity)
		lines = append(lines, line{tea, item.Quantity, price})
		total += price
	}
	return lines, total
}
