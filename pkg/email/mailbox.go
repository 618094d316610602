package email

import "strings"

// Mailbox returns a normal form of an address that is coarser than its [Fold]: two addresses with equal mailboxes reach
// the same person, or may be stored as the same address by a service that normalises what it is given. It does what the
// usual normalisers do: it drops "+tag" before any domain, dots before the domains of Gmail, and "-keyword" before those
// of Yahoo, and takes the several domains of Gmail and of Yandex for one. It is no address to send to, and equal
// mailboxes are a reason to look twice, not a proof: some servers take a "+" for any other letter.
func Mailbox(address string) string { return MailboxOf(Fold(address)) }

// MailboxOf is [Mailbox] of an address that is folded already, see [Fold].
func MailboxOf(key string) string {
	at := strings.LastIndexByte(key, '@')
	if at < 0 {
		return key
	}
	local, domain := key[:at], key[at+1:]
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	switch domain {
	case "gmail.com", "googlemail.com":
		domain = "gmail.com"
		if bare := strings.ReplaceAll(local, ".", ""); bare != "" {
			local = bare
		}
	case "rocketmail.com", "yahoo.ca", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.in", "yahoo.it", "ymail.com":
		if keyword := strings.LastIndexByte(local, '-'); keyword > 0 {
			local = local[:keyword]
		}
	case "ya.ru", "yandex.by", "yandex.com", "yandex.kz", "yandex.ru", "yandex.ua":
		domain = "yandex.ru"
	}
	if len(local) == at && domain == key[at+1:] {
		return key
	}
	return local + "@" + domain
}
