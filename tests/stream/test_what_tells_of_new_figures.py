"""Is it told that figures have changed, later where Valkey is away?"""

from collections.abc import Callable

from redis.asyncio import Redis

from nesthaus.stream.connection import connect
from nesthaus.stream.generations import GENERATION_KEY, Generations
from tests.servers import Server, ValkeyServer, Workshop


async def generation(redis: Redis) -> int:
    return int(await redis.get(GENERATION_KEY) or 0)


async def test_each_change_makes_a_new_generation(redis_url: str) -> None:
    redis = connect(redis_url, retries=0)
    generations = Generations(redis)
    await generations.figures_changed()
    first = await generation(redis)
    await generations.figures_changed()
    assert await generation(redis) == first + 1
    assert await generations.tell()
    assert await generation(redis) == first + 1
    await redis.aclose()


async def test_whoever_begins_tells_what_another_may_have_left_untold(redis_url: str) -> None:
    redis = connect(redis_url, retries=0)
    assert await Generations(redis).tell()
    assert await generation(redis) == 1
    await redis.aclose()


async def test_what_cannot_be_told_is_told_next_time(
    workshop: Workshop, start_server: Callable[[Server], None]
) -> None:
    server = ValkeyServer(workshop)
    start_server(server)
    redis = connect(server.url(), retries=0)
    generations = Generations(redis)
    assert await generations.tell()
    server.kill()
    await generations.figures_changed()
    assert not await generations.tell()
    server.start()
    assert await generations.tell()
    assert await generation(redis) == 1
    await redis.aclose()
