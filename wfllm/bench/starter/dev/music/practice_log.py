"""Track my instrument practice. I choose scales, piece or sight-reading, type the minutes, and you run a timer for that long. When I tap the alert, add date, topic and minutes to Music/practice.csv and, if it was at least 30 minutes, play "Reward" from my playlists."""
topics = ["scales", "piece", "sight-reading"]
topic = is_workflow_actions_choosefromlist(WFInput=topics)
minutes = ask("Minutes", type="Number", default=20)
is_workflow_actions_timer_start(WFDuration=quantity(minutes, "min"))
is_workflow_actions_alert(WFAlertActionTitle="Practising", WFAlertActionMessage="Tap when done.")
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
is_workflow_actions_file_append(WFInput=f"{day},{topic},{minutes}", WFFilePath="Music/practice.csv")
if minutes >= 30:
    reward = is_workflow_actions_get_playlist(WFPlaylistName="Reward")
    is_workflow_actions_playmusic(WFMediaItems=reward)
