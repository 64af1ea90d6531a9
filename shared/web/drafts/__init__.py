"""What somebody had typed and not sent, kept for them: because the session ended before they sent it, or because they asked.

A page with a form says so by asking for its draft, before it asks for a transaction; the rest happens here and in the layout:

    @router.get("/report")
    async def show_form(request: Request, actor: Reporter, draft: Draft, connection: Reading) -> Response:
        values = await draft.over(connection, ReportForm, {"provider": ""})   # with the notice on the page

    @router.post("/report")
    async def send_report(request: Request, actor: Reporter, draft: Draft, tx: Tx) -> Response:
        ...
        await draft.sent(tx.connection)                                       # once it has been accepted

A draft belongs to one person acting for one organisation at one form's address; a newer one takes its place. It is encrypted, is
deleted when the form is sent, and in any case after `WebSettings.draft_days`.
"""

from shared.web.drafts.content import Drafts
from shared.web.drafts.form import Draft, FormDraft, Unsent, unfinished
from shared.web.drafts.pruning import Pruning
from shared.web.drafts.repository import Unfinished

__all__ = ["Draft", "Drafts", "FormDraft", "Pruning", "Unfinished", "Unsent", "unfinished"]
