"""The programs within the library, where one build directory has several configurations."""

import os
import unittest

from project import HERE, SOURCE, place_for, run


class Embedded(unittest.TestCase):
    def test_is_that_of_the_configuration_and_not_stale(self):
        build = place_for("embedding")
        for text in ("first", "second"):
            run(os.environ["CMAKE"], "-S", HERE / "embedding", "-B", build, "-G", "Ninja Multi-Config",
                f"-DCMAKE_MAKE_PROGRAM={os.environ['NINJA']}", f"-DCMAKE_CXX_COMPILER={os.environ['COMPILER']}",
                f"-DTETHER_SOURCE_DIR={SOURCE}", f"-DTEXT={text}",
                "-DCMAKE_CONFIGURATION_TYPES=Debug;Release", "-DCMAKE_CROSS_CONFIGS=all")
            run(os.environ["CMAKE"], "--build", build, "--target", "tether:all")
            for configuration in ("Debug", "Release"):
                library = (build / configuration / "libtether.a").read_bytes()
                self.assertIn(f"{text} {configuration}".encode(), library)


if __name__ == "__main__":
    unittest.main()
