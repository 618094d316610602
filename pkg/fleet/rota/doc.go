// Package rota makes the schedules of a fleet out of a file of jobs, and says when they are due.
//
//	file, err := jobs.Read(opened, "acme.yaml")
//	set, err := rota.Read(file, "acme", now)
//	applied, err := set.Apply(ctx, fleet.Store)
//
//	w, err := fleet.NewWorker(fleet.Options{Decide: rota.Decide, …})
//
// A file for one machine may say things that mean nothing to many: each of these is a mistake with its line. When something is
// due is for package schedule to say; this one puts that into words that the database keeps, and reads them again, also those
// of an older version of this program.
package rota
