package cli

import (
	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

func asFlag(r remedy.Remedy) string { return order.AsFlag(r) }

func refuse(kind status.Status, err error, hint string) error { return order.Refuse(kind, err, hint) }

func usageError(hint, format string, args ...any) error {
	return order.UsageError(hint, format, args...)
}
