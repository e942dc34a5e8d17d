"""The one message that goes to people who ask for discretion: it names no programme and no money,
and could be from anybody. Where a letter is none of the plain ones, a text holds 70 characters."""

DISCREET: dict[str, tuple[str, str]] = {
    "en": ("Hello", "There is something new on your page. Look when it suits you."),
    "cy": ("Helo", "Mae rhywbeth newydd ar eich tudalen. Edrychwch pan fydd yn gyfleus."),
    "fr": ("Bonjour", "Il y a du nouveau sur votre page. Regardez quand vous voulez."),
    "ar": ("مرحبًا", "هناك شيء جديد على صفحتك. يمكنك الاطلاع عليه متى أردت."),
    "pl": ("Dzień dobry", "Na Twojej stronie jest coś nowego. Zajrzyj w dogodnej chwili."),
    "uk": ("Вітаємо", "На вашій сторінці є щось нове. Подивіться, коли буде зручно."),
    "es": ("Hola", "Hay algo nuevo en su página. Puede mirarla cuando le convenga."),
    "so": ("Salaan", "Wax cusub ayaa ku jira boggaaga. Eeg markii ay kuu habboon tahay."),
}
