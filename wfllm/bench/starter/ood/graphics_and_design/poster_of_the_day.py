"""Give my phone a fresh face: fetch a random picture from https://picsum.photos/1200/800, rotate it a quarter turn so that it stands upright, write today's weekday at the top and set it as the wallpaper without asking for a preview."""
picture = is_workflow_actions_downloadurl(WFURL="https://picsum.photos/1200/800")
upright = is_workflow_actions_image_rotate(WFImage=picture)
weekday = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="EEEE")
poster = is_workflow_actions_overlaytext(WFImage=upright, WFText=weekday, WFTextPosition="Top Center")
is_workflow_actions_wallpaper_set(WFInput=poster, WFWallpaperShowPreview=False)
