### Sign-in, set-up, invitations

sign-in-title = Sign in
