"""For the web address on my clipboard I want a link with the page's title. Ask which kind: "Markdown" adds [Title](https://...) to the current draft in Drafts, "HTML" turns that Markdown into HTML and copies it."""
title = com_sindresorhus_Actions_GetTitleOfURLIntent(url=clipboard())
link = f"[{title}]({clipboard()})"
match menu("Which kind?", ["Markdown", "HTML"]):
    case "Markdown":
        draft = com_agiletortoise_Drafts5_GetCurrentDraftIntent()
        com_agiletortoise_Drafts5_SetDraftIntent(draft=draft, content=link, writeType="append")
    case "HTML":
        rich = is_workflow_actions_getrichtextfrommarkdown(WFInput=link)
        html = is_workflow_actions_gethtmlfromrichtext(WFInput=rich)
        is_workflow_actions_setclipboard(WFInput=html)
