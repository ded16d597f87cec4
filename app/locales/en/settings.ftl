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
