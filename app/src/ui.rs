//! The pieces of the interface: told everything by props, no record, no store, no word of their own.
//!
//! Invariant: nothing here reads a context or knows what a customer is. Labels come in as
//! signals so that a change of language needs no reload, and every piece has a way by
//! keyboard. The markup of each piece stands above its rules in `style/`.

mod avatar;
mod board;
mod button;
mod cells;
mod chip;
mod dialog;
mod dom;
mod drag;
mod drag_state;
mod editor;
mod empty;
mod field;
mod icon;
mod inline_edit;
mod live;
mod live_region;
mod menu;
mod progress;
mod row_edit;
mod sync_pill;
mod table;
mod tabs;
mod toast;
mod toggle;
mod virtual_list;
mod window;
mod written;

pub use avatar::{Avatar, AvatarStack, company_initials, initials};
pub use board::{Board, BoardColumn, ProbabilityRing};
pub use button::{Button, ButtonKind, IconButton};
pub use cells::{Cell, CellLook, CellsOf};
pub use chip::{Badge, Chip, FilterChip, Tone};
pub use dialog::{Dialog, Sheet, SidePanel};
pub use dom::{Width, after_paint, is_composing, is_typing, use_width, watch_keys};
pub use drag::{DragNews, DropResult, DropTarget, use_drag};
pub use editor::{Choice, Editor};
pub use empty::{EmptyState, Notice, Skeleton, SkeletonShape};
pub use field::{Field, SearchField};
pub use icon::{Glyph, Icon, LiveIcon};
pub use inline_edit::InlineEdit;
pub use live::{For, Live, Show, follow, listen, live, part};
pub use live_region::{Announcer, LiveRegion};
pub use menu::{Menu, MenuItem, MenuList};
pub use progress::Progress;
pub use row_edit::RowEditor;
pub use sync_pill::{SyncMark, SyncPill, SyncState};
pub use table::{Column, Sort, Table};
pub use tabs::{Segment, Segmented, Tab, Tabs};
pub use toast::{Toast, ToastStack, Toasts};
pub use toggle::{Checkbox, Switch};
pub use virtual_list::{ListPlace, Slot, VirtualList};
pub use written::{Written, WrittenAvatar, WrittenIcon, child};
