"""Good morning routine, read aloud. Greet me and say the date; tell the weather now and, if today's forecast mentions rain, that I should take the umbrella. Go through today's events with their times, or say the day is free. Mention the battery when it is under 30 percent and switch low power mode on in that case. Finally ask whether I want news, music or nothing: news shows five headlines from https://feeds.bbci.co.uk/news/rss.xml and opens the one I choose, music plays the playlist Morning, shuffled."""
date = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="EEEE, d MMMM")
is_workflow_actions_speaktext(WFText=f"Good morning, it is {date}")
weather = is_workflow_actions_weather_currentconditions()
is_workflow_actions_speaktext(WFText=f"{weather}")
forecast = is_workflow_actions_weather_forecast(WFWeatherForecastType="Hourly")
outlook = is_workflow_actions_detect_text(WFInput=forecast)
if "Rain" in outlook:
    is_workflow_actions_speaktext(WFText="Take the umbrella")
events = is_workflow_actions_getupcomingevents(WFGetUpcomingItemCount=10, WFDateSpecifier="Today")
if events:
    for Repeat_Index, Repeat_Item in enumerate(events, start=1):
        title = get_property(Repeat_Item, "Title")
        start = get_property(Repeat_Item, "Start Date")
        time = is_workflow_actions_format_date(WFDate=start, WFDateFormatStyle="None")
        is_workflow_actions_speaktext(WFText=f"{time}: {title}")
else:
    is_workflow_actions_speaktext(WFText="Your day is free")
battery = is_workflow_actions_getbatterylevel()
if battery < 30:
    is_workflow_actions_lowpowermode_set(OnValue=True)
    is_workflow_actions_speaktext(WFText=f"Battery at {battery} percent")
match menu("And now?", ["News", "Music", "Nothing"]):
    case "News":
        articles = is_workflow_actions_rss(WFRSSFeedURL="https://feeds.bbci.co.uk/news/rss.xml", WFRSSItemQuantity=5)
        article = is_workflow_actions_choosefromlist(WFInput=articles, WFChooseFromListActionPrompt="Read which?")
        link = get_property(article, "URL")
        is_workflow_actions_showwebpage(WFURL=link)
    case "Music":
        playlist = is_workflow_actions_get_playlist(WFPlaylistName="Morning")
        is_workflow_actions_playmusic(WFMediaItems=playlist, WFPlayMusicActionShuffle="Songs")
    case "Nothing":
        is_workflow_actions_speaktext(WFText="Have a good day")
