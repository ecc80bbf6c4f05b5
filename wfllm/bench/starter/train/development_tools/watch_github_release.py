"""Tell me when a GitHub project ships a new version. The repository to watch is charmbracelet/bubbletea; get its latest release from the GitHub API, compare the tag with the one saved under "releases.bubbletea" in Data Jar, and when it changed save the new tag and notify me with the release name."""
release = is_workflow_actions_downloadurl(WFURL="https://api.github.com/repos/charmbracelet/bubbletea/releases/latest", WFHTTPHeaders={"Accept": "application/vnd.github+json"})
tag = release["tag_name"]
saved_tag = dk_simonbs_DataJar_GetValueIntent(keyPath="releases.bubbletea")
if tag != saved_tag:
    dk_simonbs_DataJar_SetValueIntent(keyPath="releases.bubbletea", values=tag, overwriteStrategy="alwaysAllow")
    is_workflow_actions_notification(WFNotificationActionTitle=f"New release {tag}", WFNotificationActionBody=release["name"])
