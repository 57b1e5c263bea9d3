package main

import (
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// ginSite serves the site with gin. The first of Use is the outermost, so the
// recovery comes before the sessions. gin.Default has one already: there, Use the
// sessions alone.
func ginSite(s *site) http.Handler {
	engine := gin.New()
	engine.Use(gin.Recovery(), ginsession.Middleware(s.sessions))
	ginRoutes(engine, s)
	return engine
}

func ginRoutes(router gin.IRoutes, s *site) {
	router.GET("/", s.ginPage(ginFront))
	router.POST("/login", s.ginPage(s.ginLogin))
	router.POST("/logout", s.ginPage(ginLogout))
	router.GET("/story", s.ginPage(s.ginStory))
	router.GET("/news", s.ginPage(s.ginNews))
	router.GET("/broken", s.ginPage(ginBroken))
}

// ginPage gives p the session, and shows its error.
func (s *site) ginPage(p func(*gin.Context, *Session) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		session, err := s.sessions.From(c.Request.Context())
		if err == nil {
			err = p(c, session)
		}
		if err != nil {
			s.sessions.Error(c.Writer, c.Request, err)
			c.Abort()
		}
	}
}

func ginFront(c *gin.Context, session *Session) error {
	c.String(http.StatusOK, "%s", frontPage(session))
	return nil
}

func (s *site) ginLogin(c *gin.Context, session *Session) error {
	if err := s.login(c.Request.Context(), session, c.PostForm("user")); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
	return nil
}

func ginLogout(c *gin.Context, session *Session) error {
	if err := session.Destroy(c.Request.Context()); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
	return nil
}

func (s *site) ginStory(c *gin.Context, session *Session) error {
	if n, err := io.Copy(c.Writer, s.story(session)); err != nil && n == 0 {
		session.SetNotice("The story is not there.")
		c.Redirect(http.StatusSeeOther, "/")
	}
	return nil
}

// ginNews streams the news. The first Flush stores the session.
func (s *site) ginNews(c *gin.Context, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	if err := http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	c.Header("Content-Type", "text/event-stream")
	c.Writer.Flush()
	c.Stream(func(w io.Writer) bool {
		select {
		case <-c.Request.Context().Done():
			return false
		case line, ok := <-s.news:
			if ok {
				io.WriteString(w, "data: "+line+"\n\n")
			}
			return ok
		}
	})
	return nil
}

func ginBroken(c *gin.Context, session *Session) error {
	brokenPage(session)
	return nil
}
