"""Post what I'm listening to. Get the song that's playing and toot "Now playing: title by artist" on Mastodon; if nothing plays, or only a podcast does (genre "Podcast"), stop quietly."""
song = is_workflow_actions_getcurrentsong()
if song and get_property(song, "Genre") != "Podcast":
    org_joinmastodon_app_SendPostIntent(content=f"Now playing: {get_property(song, 'Title')} by {get_property(song, 'Artist')}")
else:
    exit_shortcut()
