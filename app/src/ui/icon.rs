//! The icons: one outline set (Lucide shapes, ISC licensed), drawn as one path each.
//!
//! An icon never speaks alone: it stands beside a word or its control carries a label, so it
//! is always hidden from assistive technology.

use leptos::prelude::*;

use super::live::live;

mod shapes;

/// What an icon shows, named by what it means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// The today page.
    Today,
    /// The inbox.
    Inbox,
    /// A customer.
    Customer,
    /// One person.
    Contact,
    /// Several people.
    Contacts,
    /// A deal.
    Deal,
    /// A board.
    Board,
    /// A table.
    Table,
    /// A list.
    List,
    /// A task.
    Task,
    /// Tasks.
    Tasks,
    /// A starred view; filled by the class `filled`.
    Star,
    /// Search.
    Search,
    /// Create.
    Plus,
    /// Close or remove.
    Close,
    /// Done.
    Check,
    /// Opens below.
    ChevronDown,
    /// Closes.
    ChevronUp,
    /// Back.
    ChevronLeft,
    /// Forward.
    ChevronRight,
    /// A choice.
    ChevronsUpDown,
    /// Ascending.
    ArrowUp,
    /// Descending.
    ArrowDown,
    /// To the left.
    ArrowLeft,
    /// To the right.
    ArrowRight,
    /// More actions.
    More,
    /// The menu.
    Menu,
    /// A telephone, a call.
    Phone,
    /// A visit, a place.
    Visit,
    /// A message.
    Message,
    /// Mail.
    Mail,
    /// A note.
    Note,
    /// A date.
    Calendar,
    /// A planned step.
    CalendarCheck,
    /// Time, age.
    Clock,
    /// Something is due or wrong.
    Warning,
    /// Needs a decision.
    Alert,
    /// A remark.
    Info,
    /// The server.
    Cloud,
    /// No server.
    CloudOff,
    /// Waits to be sent.
    CloudUpload,
    /// Syncing.
    Sync,
    /// Undo.
    Undo,
    /// Redo.
    Redo,
    /// Delete.
    Trash,
    /// Archive.
    Archive,
    /// Edit.
    Pencil,
    /// Copy.
    Copy,
    /// A link.
    Link,
    /// Opens elsewhere.
    External,
    /// Export, download.
    Download,
    /// Import, upload.
    Upload,
    /// Filter.
    Filter,
    /// Sort.
    Sort,
    /// Settings.
    Settings,
    /// Sign out.
    SignOut,
    /// Language.
    Language,
    /// Dark.
    Moon,
    /// Light.
    Sun,
    /// As the system.
    Monitor,
    /// The rail.
    PanelLeft,
    /// The side panel.
    PanelRight,
    /// Open in full.
    Expand,
    /// A tag.
    Tag,
    /// Money.
    Money,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Priority.
    Flag,
    /// A goal.
    Target,
    /// Can be dragged.
    Grip,
    /// Visible.
    Eye,
    /// Hidden.
    EyeOff,
    /// Password.
    Key,
    /// Locked.
    Lock,
    /// A device.
    Device,
    /// A file with rows.
    Sheet,
    /// History.
    History,
    /// Two values for one field.
    Clash,
    /// Keyboard.
    Keyboard,
    /// Help.
    Help,
    /// Invite a member.
    Invite,
    /// Density.
    Rows,
    /// Columns.
    Columns,
    /// Save.
    Save,
    /// Open, not done.
    Circle,
    /// In progress.
    CircleDot,
    /// Probability.
    Percent,
    /// Trade, industry.
    Briefcase,
    /// Pinned.
    Pin,
    /// Something new.
    Sparkle,
    /// Service.
    Heart,
    /// Send.
    Send,
    /// Web site.
    Globe,
    /// A number.
    Hash,
    /// Text.
    Text,
    /// Share, install.
    Share,
    /// Install as an app.
    Install,
}

/// One icon in the color of the text around it: 16 px, or 20 px with `large`.
#[component]
pub fn Icon(
    /// What it shows.
    glyph: Glyph,
    /// Twenty pixels instead of sixteen.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    icon(glyph, if large { "icon large" } else { "icon" })
}

/// An icon whose shape follows a signal.
#[component]
pub fn LiveIcon(
    /// What it shows now.
    #[prop(into)]
    glyph: Signal<Glyph>,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=live(move || glyph.get().path())></path>
        </svg>
    }
    .into_any()
}

/// The drawing itself, for use inside other components.
pub(super) fn icon(glyph: Glyph, class: &'static str) -> AnyView {
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
    .into_any()
}
