import { useMemo } from "react";
import { usePlayback } from "../../charts/playback";
import { ChangePanel } from "./change-panel";
import { FactsPanel } from "./facts-panel";
import { HesitationPanel } from "./hesitation-panel";
import { HousePanel } from "./house-panel";
import styles from "./journey.module.css";
import { PlayerPanel } from "./player-panel";
import { ShowsPanel } from "./shows-panel";
import { StepsPanel } from "./steps-panel";
import { storyOf, type Journey } from "./story";

/** The player, and beside it what was true at its playhead; at first, where the session ended. */
export function Replay({ journey }: { journey: Journey }) {
  const story = useMemo(() => storyOf(journey), [journey]);
  const { moments, lengthMs, stepTimesMs } = story;
  const timesMs = useMemo(() => moments.map(({ atMs }) => atMs), [moments]);
  const playback = usePlayback(timesMs, lengthMs, lengthMs);
  const { nowMs, current, seek } = playback;
  const currentStep = stepTimesMs.findLastIndex((atMs) => atMs <= nowMs);
  const moment = moments[current] ?? moments[0];
  const isReplayed = moments.length > 1;
  const isConfigured = moments.some(({ configuration }) => Object.keys(configuration).length > 0);
  return (
    <div className={styles["replay"]}>
      <PlayerPanel journey={journey} story={story} playback={playback} />
      <div className={styles["beside"]}>
        {moment && isConfigured && <HousePanel moment={moment} moments={moments} />}
        <HesitationPanel insights={journey.insights} />
      </div>
      <div className={styles["main"]}>
        {moment && isReplayed && (
          <ChangePanel moment={moment} moments={moments} insights={journey.insights} />
        )}
        <StepsPanel journey={journey} story={story} current={currentStep} seek={seek} />
        <ShowsPanel journey={journey} />
        <FactsPanel journey={journey} />
      </div>
    </div>
  );
}
