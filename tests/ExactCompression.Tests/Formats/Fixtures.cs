namespace ExactCompression.Tests.Formats;

/// <summary>Files as PyTorch 1.13 and NumPy 1.24 write them, gzip and base64.</summary>
/// <remarks>
/// Where not said otherwise the network is W1 = (1.5 -2; 0.25 3; -1 0.5), b1 = (0.5 -0.25 1), W2 = (2 -1 0.5; 1 0.75 -3), b2 = (0.125
/// -0.5), which PyTorch evaluates at (0.3, 0.7), in float64, to (-1.275, -2.20625).
/// </remarks>
internal static class Fixtures
{
    /// <summary>A plain state dict, zip form: float32.</summary>
    public const string ZipStateDict =
        "H4sIABozA2sC/52UPW/TQBjHz3biBBOSkBYob6W8SUYqaeMggYREKwt5uYHgqlLUJXIdK7ZqNX3sS7qA1CWRmGFgQEx8BWCjYWdBYmHhG/AZ4M5XIvuqFuhJp0d3vt/z/z9+zm5hJYdQsYgOjSqqIS" +
        "dy/WDoLXUd4tR3tkLLLKONzNiTXbcfhp5Lgv52rD2Jul7kdR8HLtEA3bFB0tss93J91wt6PgHZJX2atN4ZkCCMtU7kbQ6CsNsh3nbcjzpDQwNF19sFysT0pNPzIMcRzQr7Dlnjmxrk2xLLC2pbodHd" +
        "GUABqwSKTzHCCpbHcArLWBqD9sJnPk4TKNlwpq0mZjYDJ4ayT5X8nM8zNaDiF7BCoJpkGMFZLI2gxukZArM2nEtKMf6Ucj7DG3DBTxzMMV7GyhguUiPUwSWe4zKBKzZcTRwY3MF8JkMTrtEMMoGFJM" +
        "MIrjMHNzh9k8AtG24P6i1cKL56b38HirDZOrKBZTSTaeDSsmVWhPZtIDRZoWcnCO09Qmh1lcZ9ul5hMt9qs+tzdMHmcTKLWZmGZeqizJGDaVHNT3Qmmh9//PpQopulv2g+yGoalnnvnzUF/WnNzANd" +
        "sjlhXp69K3w5Qf3N/6yfvne0z/Re7v5cYALFY/Uq6OFUb+hFMf3uLPP+iYqno6kx5a9ve+syzS0nyhILU+30ZaseciP+IUQ6fYfKGfKzhITrKbLpu5BldVlgGyKb7l2WfSOyhsim+yDoKgLbFNn0m6" +
        "xk2Ncp9qBvLayqiweP55W706OqELckHms5HinHfpDoeZ6vpWQvr3JGTc7zs78Bgf87198FAAA=";

    /// <summary>
    /// A checkpoint of a module wrapped for data parallelism, legacy form, with an optimizer, a scheduler and a NumPy scalar beside it.
    /// </summary>
    public const string LegacyCheckpoint =
        "H4sIABozA2sC/21VWXDbRBj2kaNR04MWCi1XuV0KxnFc2+kRB3oEqjZtVQ5xBCHLG0tFlvxLq7QpGAIlbl1KuY+Ucl/lhjeY6dDO8Jr2nVfemGGGR4YZZuDflWK7ijWzOnb3+/b7f/3HdOy4YP57es" +
        "c/aw+c2bs6OR3b/Ucc7zWIJOTlkUik6tjU1mxTmSSOa9gWRHGDvARXTINSkyjEKhmqBbFjsoCTdKpKFNc4TFyI16ArIXfjpKvbDoVuMSbH8cuwKPSIXXIX47CtMvSKXZ43fybbT6q2pkNUjPM9qoMf" +
        "PrRiViHOz3GpSolSMjQKXRrKM4lGUZ0r7HFKxCGlbbgiQPc6CXoS8jIGtUueSZKp5EFilHUKvRq1kTipeNQwXUFxSNEzzJJCieXajjKZFmBRIiH38rNsRy0T6PMhwg7TVul+f1IAQe7DPdlsJpXL5A" +
        "azsJgr1aoe9Is9YxSW7BMjYlyM1WGpGBOjdVjW0Jmu5RQuk2AFd2VTXNFQXVip48l6nz7PPJhNZdOZFFyu94txZLyCM87AKjE6A1f6bFdRWC3BmnZT0/OmXr2QL7Mhl4VrdF/htYwvJsbrcB0KRYXX" +
        "+5xrKdwgwY3tCtO+wps6KBzIZOBmZIwh4y2ccQZuZQpv89kSFPB+u8f/aZG4FNZrllepTiU12yHJimdSQ3UcdUpwNdVUHQHu8NeFEgsqAe6UY4icyEOycewo3CVBKoEREsW5zTAwNja28z+8+E2MUE" +
        "gXNUWzS0RzBWKxFwEGuVr/+vWnAmTkHhaCKjWsAdhQh6wEuTrkJRjiG+0qNSoYyQ5srMGmIJJZ2MHmGmxJiJEaDCe4NS4lVSiEfJLPDAxkB9Mwgj6Jok/uRp+sW+f74h4KWyXYxqOLHKoq6mQZtnf4" +
        "S0PpPOwI/tJoM47u9ePoPp9rJwVRgl08KwIuxQXYvUBOOpXOpWEsoNvTpNvr0+3z6SQK+yW43xOjNXggoS+0KoU/OgUPBlY91GaVTOFhCR7Rt3c4OpPJw6NB/D4WxO84i47HfaxC4QkJVH2h7FQmj9" +
        "higNUCbIlhiY+doFCWQPdErCBGJ8np1EA2BQcCyU+2STYpVCSwOknOpVMpsANvVZspAn6KOD4eo5hK4HWQnc5lUfZkgD/YxB/y8VM+/jCFpyR42hOxWNY6Ss+zzH8mkP5sm/RpCs9J8Hwn6fnchjQc" +
        "CXLxhSAXZ5jH6j72KIVjEjQ6yR5iZh8PsC8G2BMM+5KPPUnhZQle8Ty5n7UH1VErStmxvaoLr47DazV4PcET1XTgjdH5dOPJUyQUa8ebo4U/59h1YbTw198Xf1t1dH0d3uJFkyDH26PD26dO/p46sZ" +
        "Hz+yVMwTxWp+AdMcJTRq24ZUctwWxDXsRqk3qIJyqcavDlCawnKvaMd8d4UmhqlXqOWjQJnG7IS3GmZExMYJOwsOCw2fcaXN6E55ISvN/gIMMycNVU0IoPWlb0zFvswofj8BHWADHKfivxVI+70NV0" +
        "wgqlAx/X4JMEp6oYJlY728KW+OklrWqr7VmUYKH7rAafJ1hciN1i1JuBLyQ4wyWV1UpFhS9HCz/PsusUN7eougR1ufDVOHzd1Kbys0zVpYrfPr8JnIV9u2i7BL5tyIvxU2HFCisjHg3fiVF5DZsrE4" +
        "qMCtZdk5SUgwbVDYtvhO99FyucGJ3xwzj82DqTt+1x1rYv7SzRUA2LhfpEPNTZukI9tDtUbXpC1aA3VGMXhVK9L1T0wpVocSjN+0NpuySUf0tDubUslC/LSbKn2VoiI5HI9Dl8FvCJY4SN823r/Low" +
        "N3eWDdzzCxux1tIwjnPx1nch2FNocZwvsBvO4d6R5nnR5vp0oQ0fsVccyV+cm9vUvt7+HtbG9s9j2IiHdDM97ZhTs7PDF+Z2bWl/b18/S1duRr6h9vf282Mt7i1sxFo6NrLxP5WHDrmkCgAA";

    /// <summary>Float64 weights that are strided views of one storage, one of them a parameter, zip form.</summary>
    public const string ZipViews =
        "H4sIABozA2sC/42TPW/TQBjHz3biOAaSUMo7tLwsQYK0lIUBiSqqstxAYoRksViOfcQWbp3HPocJiSWhrHwA1JFvwFgGPkDZGNnoGIkOHTpwZx9R7CqCk6yf7u75P6++LlZKCGkaOrUaaAnZkeP5I7" +
        "Lm2tRuDV8HnXYNvcytd/JbQE2zwQTboUsCK6Y2JZbrOxQkxwmDgDjUD3di/Vnkkoi4W+xGB/meAUrT1JnslfOw9Yb4A49CyaEhi9iyEuoHsW5FpJ/4gWsN7cjeJpREOpQXmFCyE4eRNdrQQW02zQpz" +
        "HDNLe0Cgkkn0rTDpB+R5dqqDZkrMaB2qpsLoDBPQ8TKFMz0sYwXLEziLJaxM4NwHj2dbo1A3oLGbbs6/hyUDLpiayL/v2zEseyyyV/E0r+qlri72uIcxXMLSGC5nbq5QuGrANVH5xt/Krxe1N3q4zB" +
        "OZwE2s8mxWMv0qhVsG3E7MMnNAhqHjwR0sJa0urmgf9z7/2mVF8a+7cK419CQ317X1TvtxYar/v4TTrxlO9jMeCx4JTgUPBX8KHuznczt4Ku4FDwWngkeCx4IngmgzgyxYElQ3eV/G+Pe3Pbbj3+K+" +
        "1NHdWV9GJIrZT9tpr/6rMY90HuH7p8ELmcdPI0gcsxjzU2mcilp8YUX1fO61nPKHhApzLGrns6rntFMZFWvtYlW9L65XlAczU6XAL4KGOGA6/thQtZTtpfSsrGYaJbXPbP8A8geHsWsEAAA=";

    /// <summary>The same views in the legacy form, under another name.</summary>
    public const string LegacyViews =
        "H4sIABozA2sC/3WRu24UMRSG57a7iSGQwHIJt9yaSbOCKFqgIkVEY3HZoZkGjWZnzI4jZ7zH9gSBFClNlsAz8AC8RXiEPAJl6FKkCNIWeNamWKS48CcfH///b/vA+4bY+PvLP8s7P94udg68V799Pe" +
        "+DE8bzjuMMBVc84yzZI0JSXoKrG+I5vcOoUowkpMxpWoJ3FCNdVJ+GJJH0M5Hg70MQxg1dlAUXChrYi329oqWCJg7ioNbg5QBaOKgq4zlp3+U5YeBm2pWRTGlTid6InAiSb9NMIfDWI/DDid+H7Enn" +
        "I6GDQkGQKS6yopNUijKJEkH6FWV5MkxFuksUEQgal7QoUkoukr0NBM0wjFt1Zt2ZDgi0zBG0zas+I+9MFcFMPKubut1nm5uPnz/twuzkatmwAoTbrxVc6WEP+9gbwVXsYn8Ec1+LOvY1BdcjmD+aLB" +
        "a+wI0IbsYz9iJ9mkpoFzpC0Sr+d7hVGOXbvVrwEO5g9xDuGtVFBfciuG9fZOPfizy4ROqhlXrUw4065giWcLPOumzkVhSsRrBWSf0p7/WnTJ92007bmRo/DcbHhheW55ZnlqeWvyxPjqdlTl7YfctT" +
        "yzPLc8sLy7Gls2XgWQaWza2/2x7OvN0CAAA=";

    /// <summary>A float16 layer and a bfloat16 layer.</summary>
    public const string ZipHalf =
        "H4sIABozA2sC/6WUS4vTUBiGT5I2rXFs63i/jZdRqaCdXgYZb20JEoQsrFWxFKGmaWzChOl8yWl1IdhNK+50LfgHXLhxIyidP+BCEN34Yzwnp5bkDI5YD4RD0+953/fLd5KaLsUQSibRtpVBi8jwTN" +
        "sZWCsdAxu5zXVXU1OoGVlD0TR7rmuZ2Olt+Mptr2N5VuemY2IF0IU6CNkG1TZyTyyna2MQTdwjorlWHzuur7Q8q9133E4LWxt+z2sNigpI2WwjQRifVBpdC2IMUW4Z7uO77J4C8YZASvIgNySym5t9" +
        "SOgyhuQdHemSLo5hly7qwhiUlzaNsRvDQh32NOQgS9sxfEjZxMiO2UypAGk7oUsYMoHCCPbqwggWGb0Pw/46HAg6af/u5CDjp+FUze0ZuHB5FvBQIFuEw3YQ7AiVFXVpDEdJPhLsGJM+juFEHZaCYG" +
        "0W7OQ0GFMowSmiIGI4HSiM4AwNtszosxjO1eF8P1fTE8n8c//ZC4LQq/bHsabQjchYV/KaeoUb6j8sVEZbaBWp6BNaoyEmrx4sLxAbeu0UYi0aoqCpq3OFIEIf0HXq/P7puy/0Kcp/cS5HnYuaenX+" +
        "9puoOpygyrBSrVS3aIqf1deP5ui/NHf/ZTShvm8+9u4RMxTb0TeNKjPfgeX55J3V1Gv/0X6zpFD3r2+790WiLwbuAt1m/uFjmdmWiP/C8HT4PKUi5A8BcQeZZ8MnIso+FDm2wLPhOUbZ7zxb5NnwLD" +
        "hfiWNLPBt+kukI+y3ETmdX02X54vTvJenSrFTm9nWB7fUY2wlHP7Doc5z9FoJ7cZkxclDPan8Bvx2rax8GAAA=";

    /// <summary>A convolution.</summary>
    public const string ZipConvolution =
        "H4sIABozA2sC/5VTTU/bQBCdXTsfmJKkIb1ydqU2JG1vHCJFyJc9JKRqZXGJjLOKDVbM2Jv0yoUD1/4ABHd+CxIH/gN3fgDsxhDZiwAxq/XI63nvjd/YQ2aYANUqvIgGNMFL/CBc8O2JJ7z28VHk9G" +
        "uwX4gT6vtxFHFfhPEstQbJhCd8shv6wkL4OkJiu+uSzI9ni/Y/Hk4DgdQXseRtj+cijFJrnPCDeRhNxoLP0jgZL35YaNi2W5GwVFZ6U45mBrGcKPbE7+zQwpJLZE0Hy66hJI7nWGGmwOoeA5sRuSij" +
        "AtdsZspFGRFonQWqqXWBn0a44a49d3YQeinWAikbmEFG28V6UFGYhqRj5BQ/q0szI9gU2Brhl3l7yCrV655z+yARag9ftbMGpYKd2x2nT2Af4KSX34rwbyu4aywn8DbhryJh1+l3tOm8H8+ah4eXV1" +
        "IIzDc169BbaS54ksqZO/2dD4vm4qel1G/Op3+o5KdLdaLSSj9vb+NFR/oXqqPzXtYKyAEBbSA6Nu9JEXuhY7s6Nv9G9QK2RUH3cMjK5W9Pj7eM76tSU8v3T/k/zbLEqb8ETo3snizPSuUMYy7rs9pH" +
        "9N+RpucDAAA=";

    /// <summary>A pickle that wants to call os.system, zip form.</summary>
    public const string ZipMalicious =
        "H4sIABozA2sC/wvwZmZhYODgYMAAAgxCDIlFyRmZZan6KYkliXoF2TluTnwMUSiggSm5IL84s4KruLK4JDWXq5AhAmgeQ0lRaWohY2shU1Ahs16ANzuHxv+vdipACRAOwGknP4M83M6y1KLizPw8Ny" +
        "dpNCtRgDEXyPSL89JDmYD6mcCmM4IouPnINgtg2IjuQ3TdyCbzo+gsQdINdWuANxubDlRajlkXrpQJja6G0pegNFAfO4j2ZYTwGcFirGwQPUxg9RC1AFMMCC+vAQAA";

    /// <summary>A pickle that wants to call os.system, legacy form.</summary>
    public const string LegacyMalicious =
        "H4sIABozA2sC/yVNPQrCMBRO01ShILi6OXbyGC5FEKcsUkobNBKTvr5XsUKhiyCewQN4NY8gOBjr8sH33/N7bD6P5Xt+eK5ni56vXqHHDlgip4yxqnbkCmeyk6pROwuBD8iJd4wmMipTttS5BX6TsR" +
        "eprVSG+qIQwg5EIiMv4t7VBFHKZeiZtgSjVEjx23B2B+NUNM3/c9hAykllpS4IgqJyqM8xtkjqGAMfWlQ3CsIriA1E6ItbYIsv7m0h5cgAAAA=";

    /// <summary>A module pickled whole: classes, not data.</summary>
    public const string WholeModule =
        "H4sIABozA2sC/51Vz3fbRBBe24njqMFJQymlpaVtKDiQOoldaKG0SU0xLQqpqxAQpUXIsuwVViSPtEr40byXHpykZ+6c+BvgRnPhxgUeZ85cuPAPwP5KLCuvAbrv6a13Zr75ZucbyTU1M4BQLof2rT" +
        "E0jszAws6qPd0wiVnstN1qJY/u9K2NtEV8GlX0vOKK34hcOyxavkdMx7MDZcmGyPaIY7oKoMkHkFqHdEFnZCSgEY7Xgsy2foiejY4ZmCs2sYMQBizLd13bIo7vhcqtoGEHduO6YxEFBic1yPIERj1q" +
        "Nln0EGbGnH6CGT3fMzrU6oSE8u7GGKFNYNgy6NlxieMZhkItCij34FAXRjR4Sh/lKU2rvWYGDQP7fjuEPM88qh9lPic0mpHr9sfA2KKeZ96mH8SAhzlwXB+PuzqBLd1Pc/cR/TBzh8QkttGgt5PeZ7" +
        "j3qH6ceV3fbMRDekme5WHHxLX3hfnhbrrneNxx0TOpEJzgxucLeopaZ+Dkfg1dqp8ZKAtig1NUvBfW4XQBZ7bxAEefKehZil6znRYmcFamMCLiuKFiBDbrdaMnqwITjwmhSoV+YKyWFHixUNCHaNKQ" +
        "RpotG84JiFKlFyRLwqjAS7Lsl/UM3a1OBAU1S2DytorUjJrehFfUtJrahFcf8kKnCJzXoLjND9NbMKPBrE6HHtUdM4QSnsCUFp/DIu0slHFBzRC4wNN14TU11YXXRaqLBC5p8IZI9eYWXNbgrQiLCb" +
        "yChzEdqKtdmNNgHovhuYbHFrEYhwoWur+NhcLXsZDwHSwkqmKhyrv8faBD2rRNEgVUrRtqWh+hNj8iPeNNNRPVZcXv7dfPpG/PqsneIEWzF5YVUKmCC+vwfkzBRVn5LVF5rQu3NdBk5Uu9yj+QlS/L" +
        "yj+UlX8kK9dl5R9z7Ryv45qWDXceyvpK8Alm83N3He7F2D8t4LOJ3pfAwFzKz1jv02pmE0yqKJWyLvpvEWhoYIv+N7egpQHGSQXL4NAsaQKf8yxdaDMFXZFhhYCngS8ydLYANAh2FQxFH0gXIg1WZR" +
        "/Wen34QvbhS9mHr2QfvpZ9uC/7sI5vqBl8U01H9SiqF2vqUO7a9F8/TQwixJ7aYz+5eXSm75M7PVOtnEx8cBMLoZ05itxBaOMqQvPzdH9Ez3OM9LfxI8vH6IE9B5FO9ZPOViuFg0n7+BHl3/iRPpzz" +
        "h9///p7N6si/cF7q5yxVKxf+M2eCf+/OrAZ6ZM8Oq+X+d0M/P8H9y//z/rTv6BHj+2btz9OMIHcg3yi6vMe3yv6qfK9aufhEl6errDDmX75tLadp7jRnTrFtjzs+emP7qkn+wyfR8RnK9yHDQZQY1i" +
        "Q2Pgv92D+S2NkkNq5dP/ZuNoEtJbFxHRK8SWw5iY13crQPyz5uCd1qajY7Jd2nMuf3QrOJvZ0S+69DYqc4/uvKsDinuG0wKzBZHi9i/wGG58yPnwkAAA==";

    /// <summary>NumPy archive with named arrays, inputs x outputs.</summary>
    public const string NpzInputsFirst =
        "H4sIABozA2sC/wvwZmYRYYAARYaEmdY3ZwBZIMzGIMIQbqiXV1DJyCAAFmGAyoDAZL9Q34BIRoYyhmr1lNTi5CJ1KwV1mzQTdR0F9bT8opKixLz4/KKUVJB4SFFpKlC4OCOxIBXI1TDSUTDW1FGoVS" +
        "AfcDEwHLAHOuMAA0ODHQODgwOQ3g/k2weg+Kfw3carPUBWD9Q/SXD/9EDV9JDhH7fEnGIUDxnrUOgdkH8YgP5p2AfE6H5I5DNBiRMjWsSJsY6CEeVxwgCPB5A/gFwQPoDqn3qJypcdQFYHLE7g/umA" +
        "qumgRpwYUSVOgGmLYX+ANyOTCDOuXIIADYwgEpJn0PWgpkRkPReAZBJ2PSgxj6xnCtAmSDpA14Maush6UpgYoGEd4M0KlmIBQpDtKswgHgAjm//JCgQAAA==";

    /// <summary>Compressed NumPy archive without names; the second weight is big-endian float64 in Fortran order.</summary>
    public const string NpzPositional =
        "H4sIABozA2sC/wvwZmYRYWBg4ABiRQZ+j/zKKCBrBhBzMogwJBYVxRvo5RVUMjIIgAVBIApKz34j/kpa4OSJgGMBa+dNipoTsyRv6YK8yWmL1i1eMG9afEjQlBni8+OnTOISKvc+o+nH2iWeriK2hO" +
        "mn1DErLrdZVlxbuVKY9djamL/xODQ1LjzY13jwIKPHe/ZPbxkDUBxV+G7jVX8gqwfJUYYwR/VAHeNPuaPAThJh0GNjY6tma2urdcjhZ0B1Sehz6QORQNYGJJcYwVyyAeqCSLwumZ62EMMl/Jpavqxc" +
        "EIfslHKz4joGdsoTZj12No4N/xkWfnfO/C0e8Iuxxe4A40K00KmXqHzpDWR1ILnJGOamDqhbvCkNHTfk0LFWuAcKGUYmEWZcSQcBGhhBJDwhoWtDjVxkbVOh2gyxaUONCWRt8owMiHhB14YaWMjaNk" +
        "O1GUO0sbKBhFmA8A6QtmQC8QDJgDS/KwMAAA==";

    /// <summary>A square layer: which way round, nobody can tell.</summary>
    public const string NpzSquare =
        "H4sIABozA2sC/wvwZmYRYYAARYa0p7/lFgBZIMzKIMIQrpdXUMnIIAAWYIBKgMBkv1DfgEhGhjKGavWU1OLkInUrBXWbNAt1HQX1tPyikqLEvPj8opRUkLhbYk5xKlC8OCOxIBXI1zDSUTDS1FGoVS" +
        "AbcEFc8cEeFx2A4q2Sa2uyJwBZE6DeSoJ5awJUyQTqeIsyT2HxVoA3I5MIM674QYAGRhAJji10Lah+R9ZyHUgmQbSwsoGEmIAwDUjPA5sGADWezVMaAgAA";

    /// <summary>stable_neurons.npy: layer 1 neuron 0 and layer 2 neuron 1 are active, none is inactive.</summary>
    public const string StableNeurons =
        "H4sIABozA2sC/6WOS0vDQBRGJ4nPaK2v+tbGVVIoXRcRXBRcGEwlIMSFlJlkJIE06Z1MCsEW3EjM2h+sk6ZFXXsHZpjvfnDOp/V4//AkoTF61T2auEy/0vRJX29r+kvMOMPRIGYeLeNbHCZU5ImPR1" +
        "T8jVZbm2r/G/VNcaN0OMo6bsxoZ5iGPMCM4UwdMOrGUcJZ6nIVUNVSI6/agmSid5B7EgElhyUblg1Tas1LHs9GVIUVR0YI9buwWnzksGbDumEqjiSyCaiWZd19iZld5g2HDVI8w+YUaoZTE5WEYxJm" +
        "A+zyYExhy0f+jFj3BW7bhh2BM2VxpBx2/YoUdGGvJO3b0FiQruHgLwlxOCRFTyuXv0eev4scjjgcE6f+oxJEc5mThcxpKXNmw3kpgyqZC79R9BA0OWgkxRwuSecbmJ2+fOMBAAA=";

    public static byte[] Unpack(string fixture)
    {
        using var gzip = new System.IO.Compression.GZipStream(
            new MemoryStream(Convert.FromBase64String(fixture)), System.IO.Compression.CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
