package main

import (
	"context"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// This file has the methods of the site for Connect and gRPC. Their messages are
// protobuf's own types, so that nothing has to be generated.

func (s *site) rpcFront(_ context.Context, session *Session, _ *emptypb.Empty) (*wrapperspb.StringValue, error) {
	return wrapperspb.String(frontPage(session)), nil
}

func (s *site) rpcLogin(ctx context.Context, session *Session, user *wrapperspb.StringValue) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, s.login(ctx, session, user.GetValue())
}

func (s *site) rpcLogout(ctx context.Context, session *Session, _ *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, session.Destroy(ctx)
}

func (s *site) rpcBroken(_ context.Context, session *Session, _ *emptypb.Empty) (*emptypb.Empty, error) {
	brokenPage(session)
	return &emptypb.Empty{}, nil
}

// tellNews sends the news, and counts each. The first one takes the header along,
// so the session is stored by then, and its cookie sent. What is set later needs a
// Save, or is stored when the stream ends.
func (s *site) tellNews(ctx context.Context, session *Session, send func(*wrapperspb.StringValue) error) error {
	session.SetVisits(session.GetVisits() + 1)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, ok := <-s.news:
			if !ok {
				return nil
			}
			if err := send(wrapperspb.String(line)); err != nil {
				return err
			}
			session.SetVisits(session.GetVisits() + 1)
			if err := session.Save(ctx); err != nil {
				return err
			}
		}
	}
}
