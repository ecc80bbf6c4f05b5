"""Clean the links in a text that somebody shares with me. Unfold shortened addresses; drop everything after the question mark, except on YouTube and on Google sites, where it matters. Hand the clean links back, one a line, after copying them; when the text has no link at all, tell me and stop."""
links = is_workflow_actions_detect_link(WFInput=shortcut_input())
if links:
    Repeat_Results = []
    for Repeat_Index, Repeat_Item in enumerate(links, start=1):
        full = is_workflow_actions_url_expand(URL=Repeat_Item)
        host = is_workflow_actions_geturlcomponent(WFURL=full, WFURLComponent="Host")
        if "youtube" in host or host.endswith("google.com"):
            Link = full
        else:
            bare = is_workflow_actions_text_replace(WFInput=full, WFReplaceTextFind="\\?.*$", WFReplaceTextRegularExpression=True)
            Link = bare
        Repeat_Results.append(Link)
    clean = is_workflow_actions_text_combine(text=Repeat_Results)
    is_workflow_actions_setclipboard(WFInput=clean)
    output(clean)
else:
    is_workflow_actions_alert(WFAlertActionMessage="There is no link.", WFAlertActionCancelButtonShown=False)
