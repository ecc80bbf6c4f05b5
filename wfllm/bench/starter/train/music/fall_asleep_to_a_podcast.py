"""Bedtime: Overcast should slow down to normal speed, switch the sleep timer to 20 minutes and play. Turn the volume to 20 percent, screen brightness right down and Do Not Disturb on."""
is_workflow_actions_dnd_set(Enabled=True)
is_workflow_actions_setbrightness(WFBrightness=0)
is_workflow_actions_setvolume(WFVolume=0.2)
fm_overcast_overcast_OCPlaybackSpeedIntent(speed=1)
fm_overcast_overcast_OCSleepTimerIntervalIntent(interval=quantity(20, "min"))
fm_overcast_overcast_OCPlayIntent()
