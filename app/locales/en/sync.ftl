### Sync state and clashes

sync-synced = Synced
sync-pending = { $count } waiting to sync
sync-offline = Offline
sync-offline-pending = Offline · { $count } waiting to sync
sync-connecting = Connecting
sync-needs-attention = Needs attention
sync-conflict = There is another value
