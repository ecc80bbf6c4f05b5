"""Show me the lyrics of the song that's playing right now. They come from api.lyrics.ovh/v1/artist/title (both percent-encoded) under the key "lyrics"; squeeze runs of empty lines into a single line break. No lyrics there? Then search Google for title, artist and the word lyrics."""
song = is_workflow_actions_getcurrentsong()
artist = is_workflow_actions_urlencode(WFInput=get_property(song, "Artist"))
title = is_workflow_actions_urlencode(WFInput=get_property(song, "Title"))
answer = is_workflow_actions_downloadurl(WFURL=f"https://api.lyrics.ovh/v1/{artist}/{title}")
lyrics = answer["lyrics"]
if lyrics:
    compact = is_workflow_actions_text_replace(WFInput=lyrics, WFReplaceTextFind="\\n{2,}", WFReplaceTextReplace="\n", WFReplaceTextRegularExpression=True)
    is_workflow_actions_showresult(Text=compact)
else:
    is_workflow_actions_searchweb(WFInputText=f"{song} lyrics")
