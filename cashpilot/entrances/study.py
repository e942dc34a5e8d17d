"""The study: answers, results and releases."""

EITHER_RELEASE = "request releases or approve releases"
STUDY: dict[str, tuple[str, ...]] = {
    "record answers": (
        "POST /api/v1/pilots/{pilot}/waves/",
        "GET /staff/evaluation/{pilot}/answers/",
        "POST /staff/evaluation/{pilot}/answers/",
        "GET /staff/evaluation/{pilot}/answers.csv",
        "POST /api/v1/pilots/{pilot}/responses/",
        "POST /api/v1/pilots/{pilot}/responses/file/",
    ),
    "see results": (
        "GET /staff/evaluation/",
        "GET /staff/evaluation/{pilot}/",
        "GET /api/v1/pilots/{pilot}/results/",
    ),
    EITHER_RELEASE: (
        "GET /staff/releases/",
        "GET /staff/releases/{release}/",
        "GET /api/v1/pilots/{pilot}/releases/",
        "GET /api/v1/releases/{release}/",
        "GET /api/v1/releases/{release}/manifest/",
    ),
    "request releases": (
        "POST /staff/releases/request/{pilot}/",
        "POST /staff/releases/{release}/download/",
        "POST /api/v1/pilots/{pilot}/releases/",
        "GET /api/v1/releases/{release}/file/",
    ),
    "approve releases": (
        "POST /staff/releases/{release}/approve/",
        "POST /staff/releases/{release}/reject/",
        "POST /staff/releases/{release}/revoke/",
        "POST /api/v1/releases/{release}/approve/",
        "POST /api/v1/releases/{release}/reject/",
        "POST /api/v1/releases/{release}/revoke/",
    ),
}
