"""Note the song that is playing in my notebook of songs in Data Jar, key songs, newest first, with title, artist and the day. Then ask whether to look for its video or for its lyrics, or neither. When no song is playing, start music and stop there."""
song = is_workflow_actions_getcurrentsong()
if song:
    title = get_property(song, "Title")
    artist = get_property(song, "Artist")
    entry = {"title": f"{title}", "artist": f"{artist}"}
    day = is_workflow_actions_format_date(WFDate=current_date(), WFTimeFormatStyle="None")
    dated = is_workflow_actions_setvalueforkey(WFDictionaryKey="day", WFDictionaryValue=f"{day}", WFDictionary=entry)
    dk_simonbs_DataJar_InsertValueInArrayIntent(values=dated, keyPath="songs")
    match menu(f"{title}", ["Video", "Lyrics", "Neither"]):
        case "Video":
            is_workflow_actions_searchweb(WFSearchWebDestination="YouTube", WFInputText=f"{artist} {title}")
        case "Lyrics":
            is_workflow_actions_searchweb(WFSearchWebDestination="DuckDuckGo", WFInputText=f"{artist} {title} lyrics")
        case "Neither":
            is_workflow_actions_vibrate()
else:
    is_workflow_actions_pausemusic(WFPlayPauseBehavior="Play")
    exit_shortcut("No song")
