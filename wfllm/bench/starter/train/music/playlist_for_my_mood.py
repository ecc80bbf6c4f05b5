"""Ask how I feel: calm, focused or loud. Calm plays "Evening" quietly at 30 percent, focused plays "Deep Work" at half volume on repeat, loud shuffles "Party" at 90 percent."""
match menu("Mood?", ["Calm", "Focused", "Loud"]):
    case "Calm":
        is_workflow_actions_setvolume(WFVolume=0.3)
        calm = is_workflow_actions_get_playlist(WFPlaylistName="Evening")
        is_workflow_actions_playmusic(WFMediaItems=calm)
    case "Focused":
        is_workflow_actions_setvolume()
        focus = is_workflow_actions_get_playlist(WFPlaylistName="Deep Work")
        is_workflow_actions_playmusic(WFMediaItems=focus, WFPlayMusicActionRepeat="All")
    case "Loud":
        is_workflow_actions_setvolume(WFVolume=0.9)
        party = is_workflow_actions_get_playlist(WFPlaylistName="Party")
        is_workflow_actions_playmusic(WFMediaItems=party, WFPlayMusicActionShuffle="Songs")
