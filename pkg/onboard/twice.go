package onboard

// TwoLedgers says, for any face, what nothing can prevent.
const TwoLedgers = `A ledger keeps people from being invited twice. Two machines with a ledger each that invite the same people at the
same time mail some of them twice: the service has nothing to prevent that. Every minute or so a run looks whether
somebody was invited meanwhile, which makes them fewer; one machine at a time, or one ledger, makes them none.`
