### Sign-in, set-up, invitations

sign-in-title = Sign in
sign-in-login = E-mail or phone number
sign-in-login-hint = You will sign in with it
sign-in-password = Password
sign-in-submit = Sign in
sign-in-forgotten = Forgot your password? Ask your administrator for a reset link.

set-up-title = Create a workspace
set-up-open = Create a new workspace
set-up-lead = A workspace holds the customers, deals and tasks of one company. You will be its administrator.
set-up-code = Set-up code
set-up-code-hint = Shown on the console when the server starts
set-up-workspace = Workspace name
set-up-name = Your name
set-up-submit = Create workspace

join-title = Join the workspace
join-lead = { $inviter } invites you to { $workspace }.
join-submit = Join
join-closed-title = This invitation no longer works

password-title = Change password
password-lead = Your other devices will have to sign in again. Edits waiting there are not lost.
password-current = Current password
password-new = New password
password-hint = At least 10 characters, better 15: a few unrelated words. What is easy to guess is refused.
password-submit = Save new password
password-changed = Your password was changed and your other devices were signed out.
password-back = Back to Huike
reset-title = Set a new password
reset-closed = This link was used or has expired. Ask your administrator for another one.

code-title = One more step
code-lead = Your password was right. Now the code that your phone shows.
code-label = Code
code-hint = Six digits from your app for codes, or one of your recovery codes
