### Settings

settings-title = Settings
settings-language = Language
settings-theme = Theme
settings-theme-system = System
settings-theme-light = Light
settings-theme-dark = Dark
settings-density = Density
settings-density-compact = Compact
settings-density-normal = Normal
settings-density-comfortable = Comfortable
settings-members = Members
settings-account = Account
settings-workspace = Workspace
settings-device = This device
settings-install = Install as an app

settings-look = Look
settings-name = Name
settings-login = Signs in with
settings-role = Role
settings-password = Password
settings-password-current = Current password
settings-password-new = New password
settings-password-hint = At least 10 characters. Other devices are signed out.
settings-password-change = Change password
settings-password-changed = Password changed
settings-member-gone = Left
invite-title = Invite a member
invite-note = For whom (optional)
invite-make = Make an invitation link
invite-once = The link is shown only this once. Copy and send it.
invite-open = Open invitation
invite-until = valid until { $time }
invite-revoke = Revoke
device-used = Storage used
device-used-of = { $used } MB of { $quota } MB
device-safety = Protection
device-kept = The browser will not clear this data by itself
device-not-kept = The browser may clear this data when space runs low; what the server has is safe
device-keep = Ask for protection
device-install-hint = Choose Install or Add to home screen in the browser's menu to open Huike from an icon.
device-records = Records on this device

tokens-title = Access tokens
tokens-hint = With a token, another program reads and writes in your name. Keep it like a password.
tokens-name = What it is for
tokens-scope = May
tokens-scope-read = Read
tokens-scope-read-write = Read and write
tokens-valid = Valid for
tokens-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
tokens-for-ever = Until it is revoked
tokens-make = Make a token
tokens-once = The token is shown only this once. Copy it now.
tokens-none = No tokens yet
tokens-used = last used { $time }
tokens-unused = never used
tokens-ended = expired
tokens-revoke = Revoke

departments-title = Departments
departments-hint = What a role may do can be limited to records of one's department and those below it
departments-name = Name
departments-parent = Belongs to
departments-top = None, it stands at the top
departments-make = Make a department
member-department = Department
member-no-department = No department
member-place = Change role and department
