### What we say when something fails: what happened, what is safe, what to do.

error-administrator-whole = Administrators keep every right
error-department-in-use = Members or departments are still in it; move them first
error-department-misplaced = A department cannot stand there: the one above is not there, or is below it
error-department-name = A department needs a name of at most 60 characters that none beside it has
error-departments-too-deep = Departments stand at most ten deep
error-departments-too-many = At most 500 departments
error-last-administrator = At least one administrator must remain
error-right-not-narrowed = Seeing and exporting cannot be narrowed yet; every member sees all records
error-right-wider = The rights of a role can be narrowed, not widened
error-unexpected = Something went wrong. Your data is safe. Please try again.
error-not-found = This page cannot be found
error-screen-missing = The network broke off before this page had arrived. Your data is safe.
error-offline = There is no network right now
error-not-signed-in = Please sign in. Edits on this device are kept.
error-not-permitted = You are not allowed to do this
error-confirm-password = Please type your password once more
error-second-factor-is-on = The code is on already
error-wrong-code = This code is wrong, was used, or is older than half a minute
error-wrong-credentials = The e-mail, phone number or password is wrong
error-wrong-password = The current password is wrong
error-throttled = Too many attempts. Try again in { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}.
error-login-malformed = Enter an e-mail address or a phone number
error-login-taken = There is already an account with this e-mail or phone number
error-name-missing = Enter a name
error-name-too-long = A name has at most 80 characters
error-password-too-short = A password has at least 10 characters
error-password-too-long = This password is too long
error-password-too-common = This password is easy to guess. Choose another one.
error-password-like-login = The password must differ from the sign-in name
error-wrong-set-up-code = The set-up code is wrong. Look at the server's console; it changes when the server restarts.
error-set-up-closed = The workspace exists already. Join it with an invitation link.
error-link-closed = This link was used, has expired or was taken back. Ask for another one.
error-too-many-invitations = There are too many unused invitations. Take some back first.
error-cross-site = This request came from another site and was not carried out
error-bad-request = The request was not understood and not carried out
error-too-large = This is too large and was not carried out
error-too-slow = This took too long and was stopped. Please try again.
error-client-too-old = This version is too old, please reload
error-storage-full = The server's disk is full, so nothing was saved. Existing data is safe; please tell your administrator.
error-storage-read-only = The server's data folder cannot be written, so nothing was saved. Existing data is safe; please tell your administrator.
