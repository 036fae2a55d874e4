"""An entry becomes the row that is written: here its bodies are masked (pure)."""

from evosync.apilog.bodies import answer_in_clear, asked_in_clear
from evosync.apilog.entry import Entry
from evosync.db.api_logs import NewLog


def row_of(entry: Entry) -> NewLog:
    """Make a row."""
    bodies = entry.bodies
    return NewLog(
        at=entry.at,
        service=entry.service,
        method=entry.method,
        url=entry.url,
        status=entry.status,
        outcome=entry.outcome.value,
        error_code=entry.error_code,
        detail=entry.detail,
        duration_ms=entry.duration_ms,
        user_id=entry.user_id,
        run_id=entry.run_id,
        request_body=(asked_in_clear(bodies) or None) if bodies else None,
        response_body=(answer_in_clear(bodies) or None) if bodies else None,
    )
